import type { ReadonlyBuckets } from '../metrics/histogram/exponential-buckets.js';
import type { MemoryBudget } from './memory-budget.js';

const NOTHING = new Uint32Array(0);

/** The array grows beyond an index that does not fit by a quarter of its span, and by at least this. */
const MIN_SLACK = 16;

/** A part of `ReadonlyBuckets` that can be read without making an iterator. */
export type Buckets = Pick<ReadonlyBuckets, 'first' | 'last' | 'at'>;

/**
 * Counts by the index of a bucket, in an array that is reused: a step allocates nothing, unless there are values outside of the
 * range of the array. Counts of 32 bits take half the memory of exact ones; see {@link follow} for those that grow larger.
 */
export class BucketCounts implements Buckets {
  /** Greater than {@link last} if there are no counts. */
  first = 0;
  last = -1;
  private start = 0;
  private counts = NOTHING;

  /** @param budget limits the memory of the array. */
  constructor(private readonly budget: MemoryBudget) {}

  at(index: number): number {
    return this.counts[index - this.start] ?? 0;
  }

  /** @returns whether there was memory for this bucket. */
  add(index: number, count: number): boolean {
    if (!this.hasRoomFor(index)) return false;
    const at = index - this.start;
    this.counts[at] = (this.counts[at] ?? 0) + count;
    if (this.first > this.last) this.first = this.last = index;
    else if (index < this.first) this.first = index;
    else if (index > this.last) this.last = index;
    return true;
  }

  /** @returns whether there was memory for all of it. */
  addAll(other: Buckets): boolean {
    const { first, last } = other;
    if (first > last) return true;
    if (!this.covers(first, last)) return false;
    const { counts, start } = this;
    for (let index = first; index <= last; index++) {
      const count = other.at(index);
      if (count !== 0) counts[index - start]! += count;
    }
    return true;
  }

  /**
   * Copies counts of buckets, which only grow, and adds their increase to another distribution. This is most of the work of a
   * step, so it reads its own array instead of calling {@link at}.
   *
   * @returns whether there was memory for all of it.
   */
  follow(now: Buckets, growth: BucketCounts | undefined): boolean {
    const { first, last } = now;
    if (first > last) return true;
    if (!this.covers(first, last)) return false;
    const { counts, start } = this;
    let isComplete = true;
    for (let index = first; index <= last; index++) {
      // Counts are kept modulo 2^32. A step never has that many values.
      const added = (now.at(index) - counts[index - start]!) >>> 0;
      if (added === 0) continue;
      counts[index - start]! += added;
      if (growth !== undefined && !growth.add(index, added)) isComplete = false;
    }
    return isComplete;
  }

  clear(): void {
    if (this.first <= this.last) this.counts.fill(0, this.first - this.start, this.last - this.start + 1);
    this.first = 0;
    this.last = -1;
  }

  /** Returns the memory to the budget. */
  release(): void {
    this.budget.release(this.counts.byteLength);
    this.counts = NOTHING;
    this.first = 0;
    this.last = -1;
  }

  /** Grows the range in use to contain both indexes. */
  private covers(first: number, last: number): boolean {
    if (!this.hasRoomFor(first) || !this.hasRoomFor(last)) return false;
    const isEmpty = this.first > this.last;
    this.first = isEmpty ? first : Math.min(this.first, first);
    this.last = isEmpty ? last : Math.max(this.last, last);
    return true;
  }

  private hasRoomFor(index: number): boolean {
    const { counts, start } = this;
    const at = index - start;
    if (at >= 0 && at < counts.length) return true;
    const end = counts.length === 0 ? index : Math.max(index, start + counts.length - 1);
    const begin = counts.length === 0 ? index : Math.min(index, start);
    const slack = Math.max(MIN_SLACK, (end - begin) >> 2);
    const from = index <= begin ? begin - slack : begin;
    const length = (index >= end ? end + slack : end) - from + 1;
    if (!this.budget.take((length - counts.length) * counts.BYTES_PER_ELEMENT)) return false;
    this.counts = new Uint32Array(length);
    this.counts.set(counts, counts.length === 0 ? 0 : start - from);
    this.start = from;
    return true;
  }
}
