import { performance as ownPerformance } from 'node:perf_hooks';

/** The time in milliseconds on a clock that never goes back. A test hands in one that it can hold. */
export type Clock = () => number;

/** Follows the fake timers of a test, as what it is compared with does. */
export const monotonicClock: Clock = () => performance.now();

/**
 * For what looks at the clock all the time: the global `performance` is behind a getter, which adds half to what a look
 * takes. Fake timers do not hold it.
 */
export const quickClock: Clock = () => ownPerformance.now();
