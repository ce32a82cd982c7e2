import type { Clock } from '../common/clock.js';
import { isPromise } from '../common/promise.js';

/**
 * Does some work, and tells how many seconds it took, whether it succeeded or not. A promise is waited for. What
 * the work gives or throws is passed through as it is.
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
  // A promise of our own, since a handler on the given one would hide from Node that nobody else handles it.
  return Promise.resolve(result).finally(done) as T;
}
