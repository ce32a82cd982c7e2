import type { Clock } from '../common/clock.js';
import { isPromise } from '../common/promise.js';

/**
 * Runs a function and reports its duration in seconds, whether it succeeds or not. A promise is awaited. The result or
 * the error of the function is passed on unchanged.
 */
export function timed<T>(work: () => T, onDone: (seconds: number) => void, clock: Clock): T {
  const start = clock();
  const done = () => onDone((clock() - start) / 1000);
  let result: T;
  try {
    result = work();
  } catch (thrown) {
    done();
    throw thrown;
  }
  if (!isPromise(result)) {
    done();
    return result;
  }
  // A new promise: a handler on the given one would hide its unhandled rejection from Node.
  return Promise.resolve(result).finally(done) as T;
}
