import { isPromise } from '../common/promise.js';

/**
 * Calls a function, and reports when it has ended and whether it threw or rejected.
 *
 * @returns the result of the function. For a promise, one that settles the same way: so its rejection is unhandled if, and
 * only if, it would have been.
 */
export function withOutcome<T>(work: () => T, onEnd: (isOk: boolean, thrown?: unknown) => void): T {
  let result: T;
  try {
    result = work();
  } catch (thrown) {
    onEnd(false, thrown);
    throw thrown;
  }
  if (!isPromise(result)) {
    onEnd(true);
    return result;
  }
  return Promise.resolve(result).then(
    (value) => {
      onEnd(true);
      return value;
    },
    (thrown: unknown) => {
      onEnd(false, thrown);
      throw thrown;
    },
  ) as T;
}
