/**
 * A number that only goes up: how often something has happened since the monitor was made, or how much of it.
 * What can also go down is a {@link Gauge}.
 */
export class Counter {
  private total = 0;

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
   * @returns `false`, and the counter is left as it was, for an amount that it does not
   * {@link Counter.accepts accept}, and where the sum would be too large to be a number.
   */
  add(amount = 1): boolean {
    if (!Counter.accepts(amount)) return false;
    const total = this.total + amount;
    if (total === Infinity) return false;
    this.total = total;
    return true;
  }
}
