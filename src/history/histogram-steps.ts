import { Distribution } from './distribution.js';
import { fillHeat, HEAT_BUCKETS } from './heat-buckets.js';
import type { MemoryBudget } from './memory-budget.js';
import type { SeriesSteps } from './series-steps.js';
import type { StepFigures } from './step-figures.js';
import { noFigures } from './step-figures.js';

/** Computes steps from the values of a histogram. */
export class HistogramSteps implements SeriesSteps {
  readonly kind = 'histogram';
  readonly last = noFigures('histogram');
  readonly lastLong = noFigures('histogram');
  readonly heat: { readonly last: Uint32Array; readonly lastLong: Uint32Array } | undefined;
  latest = 0;
  hasNewTotal = false;
  /** The values since the last step of 10 s. They add up exactly, bucket by bucket. */
  private readonly sinceLong: Distribution;

  constructor(budget: MemoryBudget, hasHeat = false) {
    this.sinceLong = new Distribution(budget);
    if (hasHeat) this.heat = { last: new Uint32Array(HEAT_BUCKETS), lastLong: new Uint32Array(HEAT_BUCKETS) };
  }

  /** @param count how many values there were before. */
  begin(count: number): void {
    this.latest = count;
  }

  /** A step with values. */
  step(values: Distribution, seconds: number): void {
    fill(this.last, values, seconds);
    if (this.heat !== undefined) fillHeat(values, this.heat.last);
    this.sinceLong.add(values);
    this.latest += values.count;
    this.hasNewTotal = true;
  }

  /** A step without values. */
  skip(): void {
    this.last.fill(Number.NaN);
    this.last[0] = 0;
    this.heat?.last.fill(0);
    this.hasNewTotal = false;
  }

  endLong(seconds: number): void {
    fill(this.lastLong, this.sinceLong, seconds);
    if (this.heat !== undefined) fillHeat(this.sinceLong, this.heat.lastLong);
    this.sinceLong.clear();
  }

  release(): void {
    this.sinceLong.release();
  }
}

function fill(figures: StepFigures, values: Distribution, seconds: number): void {
  const [p50, p99] = values.quantiles(0.5, 0.99);
  figures[0] = values.count / seconds;
  figures[1] = p50;
  figures[2] = p99;
  figures[3] = values.count > 0 && values.min <= values.max ? values.max : Number.NaN;
}
