/**
 * Whether V8 remembers how objects are laid out whose prototype was changed after they were made. Where it does not (up to
 * Node 22), each of them gets a shape of its own with the next property that it is given.
 */
export const KEEPS_SHAPES = Number.parseInt(process.versions.v8, 10) >= 13;

/**
 * What an object has under a key, where {@link KEEPS_SHAPES} does not hold and a prototype was changed: `object.key` looks
 * in vain among what V8 remembers of other objects, works out how to find the key, and remembers that instead of something
 * that is of use, at some thousand instructions each time. This remembers nothing, and takes a third of it.
 */
export function uncached<T extends object, K extends keyof T>(object: T, key: K): T[K] {
  return Reflect.get(object, key) as T[K];
}
