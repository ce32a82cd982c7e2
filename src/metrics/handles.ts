/** A counter to hold on to: a number that only goes up. `inc` is a method, and does nothing good without its object. */
export interface Counter {
  /** The total so far. */
  readonly value: number;
  /** Adds a finite number that is not negative; anything else is dropped. Default: 1. */
  inc(amount?: number): void;
}

/** A gauge to hold on to: a number that goes up and down. */
export interface Gauge {
  /** What it was last set to; `NaN` if it never was. */
  readonly value: number;
  /** Sets it to a finite number; anything else is dropped. */
  set(value: number): void;
}

/** A histogram to hold on to: how values are distributed. */
export interface Histogram {
  /** How many values there were. */
  readonly count: number;
  /** Adds a finite number; anything else is dropped. */
  observe(value: number): void;
}
