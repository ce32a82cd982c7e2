import type { Extremes } from '../metrics/extremes.js';
import type { SeriesSteps } from './series-steps.js';
import { noFigures } from './step-figures.js';

/** Computes steps from the values of a gauge. */
export class GaugeSteps implements SeriesSteps {
  readonly kind = 'gauge';
  readonly last = noFigures('gauge');
  readonly lastLong = noFigures('gauge');
  readonly hasNewTotal = false;
  latest = Number.NaN;
  private min = Infinity;
  private max = -Infinity;

  /**
   * @param value `NaN` for none.
   * @param extremes `undefined` if it was not set in the step: then it has kept its value.
   */
  step(value: number, extremes: Extremes | undefined): void {
    const isNone = Number.isNaN(value);
    const min = isNone ? value : Math.min(value, extremes?.min ?? value);
    const max = isNone ? value : Math.max(value, extremes?.max ?? value);
    this.last[0] = this.latest = value;
    this.last[1] = min;
    this.last[2] = max;
    if (min < this.min) this.min = min;
    if (max > this.max) this.max = max;
  }

  endLong(): void {
    const hasValues = this.min <= this.max;
    this.lastLong[0] = this.latest;
    this.lastLong[1] = hasValues ? this.min : Number.NaN;
    this.lastLong[2] = hasValues ? this.max : Number.NaN;
    this.min = Infinity;
    this.max = -Infinity;
  }
}
