/**
 * Replaces a method of one object. Its class and other objects are not changed, so nothing outlives the object.
 *
 * @returns a function that restores the method; `undefined` if the object cannot be changed.
 */
export function shadow(object: object, method: string, replacement: unknown): (() => void) | undefined {
  const own = Object.getOwnPropertyDescriptor(object, method);
  const isChanged = Reflect.defineProperty(object, method, {
    value: replacement,
    configurable: true,
    writable: true,
    enumerable: own?.enumerable ?? false,
  });
  if (!isChanged) return undefined;
  return () => {
    // Other code may have replaced it since.
    if (Object.getOwnPropertyDescriptor(object, method)?.value !== replacement) return;
    if (own === undefined) Reflect.deleteProperty(object, method);
    else Reflect.defineProperty(object, method, own);
  };
}

/** The class of an object; `undefined` for one without. */
export function classOf(object: object): object | undefined {
  const prototype = Object.getPrototypeOf(object) as { readonly constructor?: unknown } | null;
  const constructor = prototype?.constructor;
  return typeof constructor === 'function' ? constructor : undefined;
}
