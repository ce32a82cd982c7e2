import type { ReadonlyBuckets } from './exponential-buckets.js';
import { midpoint } from './exponential-layout.js';

/** What is read of buckets here. */
type Buckets = Pick<ReadonlyBuckets, 'first' | 'last' | 'at'>;

/** Where values lie, as far as the buckets know. */
export interface Distribution {
  readonly count: number;
  readonly zeros: number;
  readonly positive: Buckets;
  /** Of the absolute values. */
  readonly negative: Buckets;
}

/**
 * The rank of the value that is the quantile, from 1 to the count: that of the first value at or below which there
 * is at least the share `q` of all values ("nearest rank").
 *
 * The double nearest to k/n may be a little above it. That is still meant to be rank k and not k + 1, so a product
 * that is above a whole number by no more than rounding is that number.
 */
export function rankOf(q: number, count: number): number {
  return Math.max(1, Math.ceil(q * count * (1 - 2 * Number.EPSILON)));
}

/** The {@link midpoint} of the bucket with the lowest values. There must be one. */
export function lowest({ negative, zeros, positive }: Distribution): number {
  if (negative.first <= negative.last) return -midpoint(negative.last);
  return zeros > 0 ? 0 : midpoint(positive.first);
}

/** The {@link midpoint} of the bucket with the highest values. There must be one. */
export function highest({ negative, zeros, positive }: Distribution): number {
  if (positive.first <= positive.last) return midpoint(positive.last);
  return zeros > 0 ? 0 : -midpoint(negative.first);
}

/** All buckets in one row, from the most negative values to the most positive. */
export class BucketWalk {
  /** The places in the row of the bucket of zero, and of the last bucket. */
  private readonly zero: number;
  private readonly end: number;
  /** What a place is to be subtracted from, or added to, for the index of its bucket. */
  private readonly lowest: number;
  private readonly offset: number;
  private place = -1;
  private passed = 0;

  constructor(private readonly distribution: Distribution) {
    const { negative, positive } = distribution;
    this.lowest = negative.last;
    this.zero = this.lowest + 1 - negative.first;
    this.offset = positive.first - this.zero - 1;
    this.end = positive.last - this.offset;
  }

  /**
   * Walks on to the bucket that holds the value of a rank.
   *
   * @param rank not below that of the last call.
   * @returns the {@link midpoint} of the bucket.
   */
  valueAt(rank: number): number {
    while (this.passed < rank && this.place < this.end) this.passed += this.countAt(++this.place);
    if (this.place < this.zero) return -midpoint(this.lowest - this.place);
    return this.place === this.zero ? 0 : midpoint(this.place + this.offset);
  }

  private countAt(place: number): number {
    const { negative, zeros, positive } = this.distribution;
    if (place < this.zero) return negative.at(this.lowest - place);
    return place === this.zero ? zeros : positive.at(place + this.offset);
  }
}
