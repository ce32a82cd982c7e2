import type { Clock } from '../../common/clock.js';

/** The share of the time that a look may take which has to list things one by one. */
const SHARE = 1 / 1000;

/**
 * Keeps a look that may be dear from taking more than a thousandth of the time: after one that took 1 ms, the next one
 * is 1 s later.
 */
export class CostLimiter {
  private next = -Infinity;

  constructor(private readonly clock: Clock) {}

  /** Looks, unless the last look was too dear for another one so soon. */
  run(look: () => void): void {
    const begin = this.clock();
    if (begin < this.next) return;
    look();
    const end = this.clock();
    this.next = end + (end - begin) / SHARE;
  }
}
