import { MAX_LABEL_LENGTH } from '../../metrics/series/labels.js';

/** For a class or a method without a name. */
const NO_NAME = 'anonymous';

/**
 * The label of a handler: `CatsController.find`. It comes from the code, never from a message. Classes with the same name share
 * their series.
 *
 * @param owner the class of the handler.
 * @param method its method.
 */
export function handlerName(owner: unknown, method: unknown): string {
  try {
    return `${nameOf(owner)}.${methodName(owner, method)}`.slice(0, MAX_LABEL_LENGTH);
  } catch {
    // A class may be a proxy, or have a `name` that throws when it is read.
    return NO_NAME;
  }
}

/** The name of the property, since a decorator may have replaced the method by a function with the same name for all methods. */
function methodName(owner: unknown, method: unknown): string {
  let prototype: unknown = typeof owner === 'function' ? owner.prototype : undefined;
  while (typeof prototype === 'object' && prototype !== null) {
    for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (value === method) return key;
    }
    prototype = Object.getPrototypeOf(prototype);
  }
  return nameOf(method);
}

function nameOf(value: unknown): string {
  // A class may have a static member `name`, with any value.
  const name: unknown = typeof value === 'function' ? value.name : undefined;
  return typeof name === 'string' && name !== '' ? name : NO_NAME;
}
