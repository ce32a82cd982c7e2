import type { SeriesSteps } from './series-steps.js';
import { noFigures } from './step-figures.js';

/** Computes steps from the total of a counter. */
export class CounterSteps implements SeriesSteps {
  readonly kind = 'counter';
  readonly last = noFigures('counter');
  readonly lastLong = noFigures('counter');
  latest = 0;
  hasNewTotal = false;
  private totalAtLong = 0;

  /** @param total the total from which the first rate is computed. */
  begin(total: number): void {
    this.latest = total;
    this.totalAtLong = total;
  }

  step(total: number, seconds: number): void {
    const added = total - this.latest;
    this.last[0] = added / seconds;
    this.hasNewTotal = added !== 0;
    this.latest = total;
  }

  endLong(seconds: number): void {
    this.lastLong[0] = (this.latest - this.totalAtLong) / seconds;
    this.totalAtLong = this.latest;
  }
}
