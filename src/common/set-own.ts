const PLAIN = { configurable: true, enumerable: true, writable: true };

/**
 * Sets a property of a plain object whose name may be anything. An assignment to `__proto__` would set the prototype
 * instead of a property.
 */
export function setOwn<T>(record: Record<string, T>, name: string, value: T): void {
  if (name === '__proto__') Object.defineProperty(record, name, { value, ...PLAIN });
  else record[name] = value;
}
