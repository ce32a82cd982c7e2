/** Sets a property of a plain object, whatever its name is: assigned, `__proto__` would be the prototype and no name. */
export function setOwn<T>(record: Record<string, T>, name: string, value: T): void {
  if (name === '__proto__') Object.defineProperty(record, name, { value, ...PLAIN });
  else record[name] = value;
}

const PLAIN = { configurable: true, enumerable: true, writable: true };
