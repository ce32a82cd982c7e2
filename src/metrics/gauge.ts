import type { Extremes } from './extremes.js';

/**
 * A number that goes up and down: what something measures now. It also keeps the extremes of what it was set to
 * since they were last taken away by {@link Gauge.takeExtremes}.
 */
export class Gauge {
  private current: number;
  private min = Infinity;
  private max = -Infinity;

  /** @param initial what the gauge says before it is first set. It is no sample: it leaves no extremes. */
  constructor(initial: number) {
    this.current = initial;
  }

  /** Whether a gauge can be set to it: any finite number. */
  static accepts(value: unknown): value is number {
    return Number.isFinite(value);
  }

  get value(): number {
    return this.current;
  }

  /**
   * Sets the gauge.
   *
   * @returns `false`, and the gauge is left as it was, for a value that it does not {@link Gauge.accepts accept}.
   */
  set(value: number): boolean {
    if (!Gauge.accepts(value)) return false;
    this.current = value;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    return true;
  }

  /** The extremes since the last call, or `undefined` if the gauge was not set since. */
  takeExtremes(): Extremes | undefined {
    if (this.min === Infinity) return undefined;
    const extremes = { min: this.min, max: this.max };
    this.min = Infinity;
    this.max = -Infinity;
    return extremes;
  }
}
