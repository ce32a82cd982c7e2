import type { Clock } from '../../common/clock.js';

/** The share of the time that an expensive measurement may take. */
const SHARE = 1 / 1000;

/**
 * Limits an expensive measurement to a thousandth of the time: after one that took 1 ms, the next is made 1 s later at the
 * earliest.
 */
export class CostLimiter {
  private next = -Infinity;

  constructor(private readonly clock: Clock) {}

  /** Measures, unless it is too early after the last measurement. */
  run(measure: () => void): void {
    const begin = this.clock();
    if (begin < this.next) return;
    measure();
    const end = this.clock();
    this.next = end + (end - begin) / SHARE;
  }
}
