import type { ObserveOptions } from './histogram/exemplar.js';

/** The handle of a counter, a number that only goes up. Call `inc` as a method, because it uses `this`. */
export interface Counter {
  /** The total so far. */
  readonly value: number;
  /** Adds a finite, non-negative number; anything else is dropped. Default: 1. */
  inc(amount?: number): void;
}

/** The handle of a gauge, a number that goes up and down. */
export interface Gauge {
  /** The last value; `NaN` if it was never set. */
  readonly value: number;
  /** Sets it to a finite number; anything else is dropped. */
  set(value: number): void;
}

/** The handle of a histogram, a distribution of values. */
export interface Histogram {
  /** The number of values. */
  readonly count: number;
  /** Records a finite number; anything else is dropped. */
  observe(value: number, options?: ObserveOptions): void;
}
