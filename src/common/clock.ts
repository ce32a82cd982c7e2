import { performance as realPerformance } from 'node:perf_hooks';

/** Milliseconds on a clock that never goes back. A test passes one that it controls. */
export type Clock = () => number;

/** The global `performance`, which fake timers control, as they control the durations that a test compares with. */
export const monotonicClock: Clock = () => performance.now();

/**
 * For what reads the clock very often: the global `performance` is behind a getter, which takes half as long again. Fake
 * timers do not control this clock.
 */
export const quickClock: Clock = () => realPerformance.now();
