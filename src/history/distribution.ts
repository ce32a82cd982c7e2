import type { Extremes } from '../metrics/extremes.js';
import type { HistogramView } from '../metrics/histogram/histogram-snapshot.js';
import { BucketWalk, rankOf } from '../metrics/histogram/quantiles.js';
import { BucketCounts } from './bucket-counts.js';
import type { MemoryBudget } from './memory-budget.js';

/** The parts of a histogram that are read here. */
export type Counts = Pick<HistogramView, 'count' | 'zeros'> & {
  readonly positive: Pick<BucketCounts, 'first' | 'last' | 'at'>;
  readonly negative: Pick<BucketCounts, 'first' | 'last' | 'at'>;
};

/** The values of a histogram in one interval, as bucket counts and exact extremes. It is reused for each step. */
export class Distribution implements Counts {
  count = 0;
  zeros = 0;
  readonly positive: BucketCounts;
  readonly negative: BucketCounts;
  min = Infinity;
  max = -Infinity;
  /** Whether all buckets are known. There are no quantiles if the memory budget did not allow one of them. */
  private isComplete = true;

  constructor(budget: MemoryBudget) {
    this.positive = new BucketCounts(budget);
    this.negative = new BucketCounts(budget);
  }

  /** Copies the counts of a histogram, which only grow, and adds their increase to another distribution. */
  follow(now: Counts, growth?: Distribution): void {
    const isComplete = [
      this.positive.follow(now.positive, growth?.positive),
      this.negative.follow(now.negative, growth?.negative),
    ].every(Boolean);
    if (growth !== undefined) {
      if (!isComplete) growth.isComplete = false;
      growth.count += now.count - this.count;
      growth.zeros += now.zeros - this.zeros;
    }
    this.count = now.count;
    this.zeros = now.zeros;
  }

  /** Adds the values of another distribution. */
  add(other: Distribution): void {
    this.addCounts(other);
    if (!other.isComplete) this.isComplete = false;
    this.widen(other);
  }

  /** Adds counts, without extremes. */
  addCounts({ count, zeros, positive, negative }: Counts): void {
    this.count += count;
    this.zeros += zeros;
    const isComplete = [this.positive.addAll(positive), this.negative.addAll(negative)].every(Boolean);
    if (!isComplete) this.isComplete = false;
  }

  widen(extremes: Extremes | undefined): void {
    if (extremes === undefined) return;
    if (extremes.min < this.min) this.min = extremes.min;
    if (extremes.max > this.max) this.max = extremes.max;
  }

  /** Two quantiles, by the same rule as in the document ("nearest rank"); `NaN` without values or with missing buckets. */
  quantiles(lower: number, higher: number): [lower: number, higher: number] {
    const { count, min, max } = this;
    if (count === 0 || min > max || !this.isComplete) return [Number.NaN, Number.NaN];
    const walk = new BucketWalk(this);
    const valueAt = (rank: number): number => {
      if (rank === 1) return min;
      return rank >= count ? max : Math.min(Math.max(walk.valueAt(rank), min), max);
    };
    return [valueAt(rankOf(lower, count)), valueAt(rankOf(higher, count))];
  }

  clear(): void {
    this.count = 0;
    this.zeros = 0;
    this.min = Infinity;
    this.max = -Infinity;
    this.isComplete = true;
    this.positive.clear();
    this.negative.clear();
  }

  release(): void {
    this.clear();
    this.positive.release();
    this.negative.release();
  }
}
