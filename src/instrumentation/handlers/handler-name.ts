import { MAX_LABEL_LENGTH } from '../../metrics/series/labels.js';

/** Stands for a class or a method that has no name. */
const NO_NAME = 'anonymous';

/**
 * What a handler is called: `CatsController.find`. It is made of the code and of nothing that comes in with a
 * message. Two classes of the same name have the same handlers, as far as this goes.
 *
 * @param owner the class that the handler is a method of, as Nest says
 * @param method the function that handles
 */
export function handlerName(owner: unknown, method: unknown): string {
  try {
    return `${nameOf(owner)}.${methodName(owner, method)}`.slice(0, MAX_LABEL_LENGTH);
  } catch {
    // A class can be a proxy, or have a name that throws when it is read.
    return NO_NAME;
  }
}

/**
 * By the property that it is, since a decorator may have put a function of its own in the place of the method, which
 * would be called the same for all methods.
 */
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
  // A class can have a static member called name, which is then anything.
  const name: unknown = typeof value === 'function' ? value.name : undefined;
  return typeof name === 'string' && name !== '' ? name : NO_NAME;
}
