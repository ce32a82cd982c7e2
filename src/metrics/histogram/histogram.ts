import { ExponentialBuckets } from './exponential-buckets.js';
import { indexOf } from './exponential-layout.js';
import type { Stretch } from '../extremes.js';
import { ClassicBuckets } from './classic-buckets.js';
import type { HistogramView } from './histogram-snapshot.js';
import { HistogramSnapshot } from './histogram-snapshot.js';
import { CompensatedSum, roundingError } from './compensated-sum.js';

export interface HistogramOptions {
  /**
   * Bounds of classic `le` buckets, which are counted exactly beside the exponential ones: finite numbers, each
   * greater than the one before ({@link ClassicBuckets.accepts}). A value then costs a search among them, unless it is in
   * the bucket of the one before.
   */
  bounds?: readonly number[];
}

/**
 * How values are distributed: how long requests took, how large answers were. It keeps count, sum, minimum and
 * maximum exactly, and enough of the rest for any quantile within 1.1 %, in a few kilobytes however many values
 * there are. For a value of which only the present one matters, take a {@link Gauge}.
 *
 * It also keeps the extremes since they were last taken away by {@link Histogram.takeStretch}.
 */
export class Histogram {
  private total = 0;
  private zeros = 0;
  private readonly positive = new ExponentialBuckets();
  /** Of the absolute values. Without a negative value it holds no counts. */
  private readonly negative = new ExponentialBuckets();
  private readonly classic: ClassicBuckets | undefined;
  /** The sum since the stretch was last taken, as rounded value by value, and what that rounding has lost. */
  private roundedSum = 0;
  private lost = 0;
  /** The sum before that. The sum of a window is never a difference of two that are far larger than itself. */
  private pastSum = CompensatedSum.of(0, 0);
  /** Since the stretch was last taken; and before that. */
  private min = Infinity;
  private max = -Infinity;
  private pastMin = Infinity;
  private pastMax = -Infinity;
  private latest: HistogramSnapshot | undefined;

  constructor({ bounds }: HistogramOptions = {}) {
    this.classic = bounds && new ClassicBuckets([...bounds]);
  }

  /** How many values there were. Exact up to 2^53. */
  get count(): number {
    return this.total;
  }

  /**
   * Records a value. Minus zero is zero.
   *
   * @returns `false`, and the histogram is left as it was, for what is not a finite number, and where the sum since
   * the stretch was last taken would be too large to be a number.
   */
  observe(value: number): boolean {
    if (typeof value !== 'number') return false;
    const sum = this.roundedSum + value;
    // The sum so far is finite, so this keeps out NaN and the infinities as well.
    if (!(Math.abs(sum) < Infinity)) return false;
    this.lost += roundingError(this.roundedSum, value, sum);
    this.roundedSum = sum;
    this.total++;
    // Adding zero makes a plain zero of minus zero.
    if (value < this.min) this.min = value + 0;
    if (value > this.max) this.max = value + 0;
    if (value === 0) this.zeros++;
    // One call for both signs: with two of them, V8 no longer inlines all of it, and it takes 7 ns more.
    else (value > 0 ? this.positive : this.negative).add(indexOf(Math.abs(value)));
    if (this.classic !== undefined) this.classic.add(value);
    return true;
  }

  /** The extremes and the sum since the last call, or `undefined` if no value was recorded since. */
  takeStretch(): Stretch | undefined {
    if (this.min === Infinity) return undefined;
    const sum = CompensatedSum.of(this.roundedSum, this.lost);
    const stretch = { min: this.min, max: this.max, sum };
    this.pastSum = this.pastSum.plus(sum);
    this.roundedSum = 0;
    this.lost = 0;
    this.pastMin = Math.min(this.pastMin, this.min);
    this.pastMax = Math.max(this.pastMax, this.max);
    this.min = Infinity;
    this.max = -Infinity;
    return stretch;
  }

  /**
   * Everything recorded so far, as a value of its own. As long as nothing is recorded, it is the same object, so
   * that many readers of an idle histogram cost no more than one.
   */
  snapshot(): HistogramSnapshot {
    if (this.latest?.count !== this.total) this.latest = this.takeSnapshot();
    return this.latest;
  }

  /** Everything recorded so far, without the copy that a snapshot is. */
  view(): HistogramView {
    const { total: count, zeros, positive, negative, classic } = this;
    const min = Math.min(this.pastMin, this.min);
    return { count, sum: this.totalSum().value, min, zeros, positive, negative, classic };
  }

  private totalSum(): CompensatedSum {
    return this.pastSum.plus(CompensatedSum.of(this.roundedSum, this.lost));
  }

  private takeSnapshot(): HistogramSnapshot {
    return new HistogramSnapshot({
      count: this.total,
      sum: this.totalSum(),
      extremes:
        this.total === 0
          ? undefined
          : { min: Math.min(this.pastMin, this.min), max: Math.max(this.pastMax, this.max) },
      zeros: this.zeros,
      positive: this.positive.copy(),
      negative: this.negative.copy(),
      classic: this.classic?.copy(),
    });
  }
}
