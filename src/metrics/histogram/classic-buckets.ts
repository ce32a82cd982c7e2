/**
 * Counts of values at or below the user's bounds, as in Prometheus' classic histograms (`le`). Values above the last bound
 * are not counted here: they are the rest of the histogram's count.
 */
export class ClassicBuckets {
  /** The number of values in each bucket: above the previous bound, and at or below its own. */
  private readonly counts: Float64Array;
  /** The bucket of the last value, where the next value often belongs too: above `lower`, at or below `upper`. */
  private latest = 0;
  private lower = Infinity;
  private upper = -Infinity;

  /** @param bounds must be accepted by `ClassicBuckets.accepts()`, and not be changed afterwards. */
  constructor(
    readonly bounds: readonly number[],
    counts?: Float64Array,
  ) {
    this.counts = counts ?? new Float64Array(bounds.length);
  }

  /** Whether these can be bounds: finite numbers in ascending order. */
  static accepts(bounds: unknown): bounds is readonly number[] {
    if (!Array.isArray(bounds)) return false;
    // A copy, because a callback is not called for the holes of an array.
    return [...(bounds as unknown[])].every(
      (bound, at, all) => isFiniteNumber(bound) && (at === 0 || bound > Number(all[at - 1])),
    );
  }

  /** Counts one value. */
  add(value: number): void {
    if (!(value > this.lower && value <= this.upper) && !this.search(value)) return;
    this.counts[this.latest] = (this.counts[this.latest] ?? 0) + 1;
  }

  /** Finds the bucket of a value. `false` for a value above all bounds. */
  private search(value: number): boolean {
    const { bounds } = this;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value <= (bounds[middle] ?? Infinity)) high = middle;
      else low = middle + 1;
    }
    if (low === bounds.length) return false;
    this.latest = low;
    this.lower = low === 0 ? -Infinity : (bounds[low - 1] ?? Infinity);
    this.upper = bounds[low] ?? -Infinity;
    return true;
  }

  /** For each bound, the number of values at or below it. */
  cumulative(): [le: number, count: number][] {
    const totals = this.totals();
    return this.bounds.map((bound, at) => [bound, totals[at] ?? 0]);
  }

  /** {@link cumulative} without the bounds. */
  totals(): number[] {
    const { counts } = this;
    const totals = [...this.bounds];
    let total = 0;
    for (let at = 0; at < totals.length; at++) totals[at] = total += counts[at] ?? 0;
    return totals;
  }

  /** An independent copy. */
  copy(): ClassicBuckets {
    return new ClassicBuckets(this.bounds, this.counts.slice());
  }

  /** The counts of both added up; `undefined` if their bounds differ. */
  merge(other: ClassicBuckets | undefined): ClassicBuckets | undefined {
    return this.combine(other, (mine, theirs) => mine + theirs);
  }

  /** What was added since the earlier counts; `undefined` if their bounds differ. */
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
      this.counts.map((count, at) => combine(count, other.counts[at] ?? 0)),
    );
  }

  private hasBoundsOf({ bounds }: ClassicBuckets): boolean {
    if (bounds === this.bounds) return true;
    return bounds.length === this.bounds.length && bounds.every((bound, at) => bound === this.bounds[at]);
  }
}

function isFiniteNumber(value: unknown): value is number {
  return Number.isFinite(value);
}
