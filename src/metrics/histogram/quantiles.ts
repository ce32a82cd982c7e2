import type { ReadonlyBuckets } from './exponential-buckets.js';
import { midpoint } from './exponential-layout.js';

/** The part of {@link ReadonlyBuckets} that is used here. */
type Buckets = Pick<ReadonlyBuckets, 'first' | 'last' | 'at'>;

/** Values by bucket. */
export interface Distribution {
  readonly count: number;
  readonly zeros: number;
  readonly positive: Buckets;
  /** By the absolute value. */
  readonly negative: Buckets;
}

/**
 * The nearest rank of a quantile, from 1 to the count.
 *
 * The double nearest to k/n can be slightly above it, which must still give rank k and not k + 1: so a product that
 * exceeds an integer only by rounding counts as that integer.
 */
export function rankOf(q: number, count: number): number {
  return Math.max(1, Math.ceil(q * count * (1 - 2 * Number.EPSILON)));
}

/** The {@link midpoint} of the lowest bucket with values. There must be one. */
export function lowest({ negative, zeros, positive }: Distribution): number {
  if (negative.first <= negative.last) return -midpoint(negative.last);
  return zeros > 0 ? 0 : midpoint(positive.first);
}

/** The {@link midpoint} of the highest bucket with values. There must be one. */
export function highest({ negative, zeros, positive }: Distribution): number {
  if (positive.first <= positive.last) return midpoint(positive.last);
  return zeros > 0 ? 0 : -midpoint(negative.first);
}

/** Visits all buckets from the lowest values to the highest: negative ones, zero, positive ones. */
export class BucketWalk {
  /** The places of zero and of the last bucket in this order. */
  private readonly zero: number;
  private readonly end: number;
  /** The index of a negative bucket is `lowest - place`, that of a positive one `place + offset`. */
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
   * Advances to the bucket with the value of a rank.
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
