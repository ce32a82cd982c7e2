/** The time in milliseconds on a clock that never goes back. A test hands in one that it can hold. */
export type Clock = () => number;

export const monotonicClock: Clock = () => performance.now();
