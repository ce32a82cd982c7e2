import type { Series, SeriesHome } from './series/family.js';

/**
 * A number that only goes up: how often something has happened since the monitor was made, or how much of it.
 * What can also go down is a {@link Gauge}.
 */
export class Counter implements Series {
  private total = 0;

  constructor(
    protected readonly home: SeriesHome,
    readonly labels: string,
  ) {}

  /** Whether an amount can be added: a finite number that is not negative. */
  static accepts(amount: unknown): amount is number {
    return typeof amount === 'number' && amount >= 0 && amount < Infinity;
  }

  get value(): number {
    return this.total;
  }

  /**
   * Adds to the counter.
   *
   * @param amount a finite number that is not negative. Anything else is dropped, and so is an amount that would
   * make the total too large to be a number. Default: 1.
   */
  inc(amount = 1): void {
    // Before it is added: a bigint would throw, and a string be glued to the total.
    if (Counter.accepts(amount)) {
      const total = this.total + amount;
      if (total < Infinity) {
        this.total = total;
        return;
      }
    }
    this.home.refuse(amount);
  }
}
