import type { Series, SeriesHome } from './series/family.js';
import { REMOVED } from './series/family.js';

/** A number that only goes up: how often something happened, or how much of it. For a number that can go down, see {@link Gauge}. */
export class Counter implements Series {
  readonly startTime: number | undefined;
  private total = 0;

  constructor(
    protected readonly home: SeriesHome,
    readonly labels: string,
  ) {
    this.startTime = home.startTime;
  }

  /** Whether this amount can be added: a finite, non-negative number. */
  static accepts(amount: unknown): amount is number {
    return typeof amount === 'number' && amount >= 0 && amount < Infinity;
  }

  get value(): number {
    return this.total;
  }

  get identity(): object {
    return this;
  }

  /**
   * Adds to the counter.
   *
   * @param amount a finite, non-negative number. Anything else is dropped, and so is an amount that would overflow the
   * total. Default: 1.
   */
  inc(amount = 1): void {
    // Checked before the addition: a bigint would throw, and a string would be concatenated.
    if (Counter.accepts(amount)) {
      const total = this.total + amount;
      if (total < Infinity) {
        this.total = total;
        return;
      }
    }
    this.home.refuse(amount);
  }

  retire(next: () => this, current: () => this | undefined): void {
    this.inc = (amount) => next().inc(amount);
    Object.defineProperty(this, 'value', { get: () => current()?.value ?? 0 });
    // A read that began before the removal still visits this series, and gets the value of the one that replaces it.
    Object.defineProperty(this, 'identity', { get: () => current()?.identity ?? REMOVED });
    Object.defineProperty(this, 'startTime', { get: () => current()?.startTime });
  }
}
