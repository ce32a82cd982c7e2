/**
 * Counts of values at or below bounds that the user chose, as in Prometheus' classic histograms (`le`). The values
 * above the last bound are not counted here: they are the rest of the histogram's count.
 */
export class ClassicBuckets {
  /** The values in each bucket: above the bound before it, and at or below its own. */
  private readonly counts: Float64Array;
  /** The index of a bound: where the last value that had one was, the next one is more often than not. */
  private latest = 0;

  /** @param bounds what `ClassicBuckets.accepts()` accepts. Not to be changed any more. */
  constructor(
    readonly bounds: readonly number[],
    counts?: Float64Array,
  ) {
    this.counts = counts ?? new Float64Array(bounds.length);
  }

  /** Whether these can be bounds: finite numbers, each greater than the one before. */
  static accepts(bounds: unknown): bounds is readonly number[] {
    if (!Array.isArray(bounds)) return false;
    return [...bounds].every((bound, at) => Number.isFinite(bound) && (at === 0 || bound > bounds[at - 1]));
  }

  /** Counts one value. */
  add(value: number): void {
    const { bounds, latest } = this;
    if (latest < bounds.length && value <= bounds[latest] && (latest === 0 || value > bounds[latest - 1])) {
      this.counts[latest]++;
    } else {
      this.addElsewhere(value);
    }
  }

  private addElsewhere(value: number): void {
    const { bounds } = this;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value <= bounds[middle]) high = middle;
      else low = middle + 1;
    }
    if (low === bounds.length) return;
    this.counts[low]++;
    this.latest = low;
  }

  /** For each bound, how many values are at or below it. */
  cumulative(): [le: number, count: number][] {
    return this.totals().map((total, at) => [this.bounds[at], total]);
  }

  /** The same without the bounds. */
  totals(): number[] {
    const totals = Array.from(this.bounds, () => 0);
    let total = 0;
    for (let at = 0; at < totals.length; at++) totals[at] = total += this.counts[at];
    return totals;
  }

  /** The same counts, independent of these. */
  copy(): ClassicBuckets {
    return new ClassicBuckets(this.bounds, this.counts.slice());
  }

  /** What there would be if all values of both had been added to one; `undefined` if their bounds differ. */
  merge(other: ClassicBuckets | undefined): ClassicBuckets | undefined {
    return this.combine(other, (mine, theirs) => mine + theirs);
  }

  /** What was added since the earlier counts; `undefined` if the bounds differ. */
  minus(earlier: ClassicBuckets | undefined): ClassicBuckets | undefined {
    return this.combine(earlier, (mine, theirs) => mine - theirs);
  }

  private combine(
    other: ClassicBuckets | undefined,
    combine: (mine: number, theirs: number) => number,
  ): ClassicBuckets | undefined {
    if (other === undefined || !this.hasBoundsOf(other)) return undefined;
    return new ClassicBuckets(
      this.bounds,
      this.counts.map((count, at) => combine(count, other.counts[at])),
    );
  }

  private hasBoundsOf({ bounds }: ClassicBuckets): boolean {
    if (bounds === this.bounds) return true;
    return bounds.length === this.bounds.length && bounds.every((bound, at) => bound === this.bounds[at]);
  }
}
