import { ExponentialBuckets } from './exponential-buckets.js';
import type { ReadonlyBuckets } from './exponential-buckets.js';
import type { Extremes } from '../extremes.js';
import type { WindowSegment } from '../window-segment.js';
import type { ClassicBuckets } from './classic-buckets.js';
import { BucketWalk, highest, lowest, rankOf } from './quantiles.js';
import type { Distribution } from './quantiles.js';
import { CompensatedSum } from './compensated-sum.js';

/** The state of a {@link HistogramSnapshot}. */
export interface HistogramParts extends Distribution {
  readonly sum: CompensatedSum;
  /** The sum of the squares of all values; missing if it is not known. */
  readonly squares?: number | undefined;
  readonly positive: ExponentialBuckets;
  readonly negative: ExponentialBuckets;
  /** `undefined` without values. */
  readonly extremes: Extremes | undefined;
  /** `undefined` for a histogram without bounds. */
  readonly classic: ClassicBuckets | undefined;
}

/** The live state of a histogram, to be read at once: the next value may change it. */
export interface HistogramView {
  readonly count: number;
  readonly sum: number;
  /** Without values, `Infinity` or `undefined`. */
  readonly min: number | undefined;
  readonly zeros: number;
  readonly positive: ReadonlyBuckets;
  /** By the absolute value. */
  readonly negative: ReadonlyBuckets;
  readonly classic: Pick<ClassicBuckets, 'bounds' | 'totals'> | undefined;
}

/** What a histogram recorded up to a moment, or between two. Immutable: {@link merge} and {@link minus} return new ones. */
export class HistogramSnapshot {
  /** A histogram without values. */
  static get EMPTY(): HistogramSnapshot {
    return new HistogramSnapshot({ ...EMPTY, classic: undefined });
  }

  /** @param parts must not be changed afterwards. */
  constructor(private readonly parts: HistogramParts) {}

  /** The number of values. */
  get count(): number {
    return this.parts.count;
  }

  /** The sum of all values, exact to the last bit (`CompensatedSum`); at most the largest double. */
  get sum(): number {
    return this.parts.sum.value;
  }

  /** The sum with its rounding error. */
  get exactSum(): CompensatedSum {
    return this.parts.sum;
  }

  /**
   * The sum of the squares of all values, for their standard deviation: a double, without compensation. `undefined` if it is
   * not known.
   */
  get squares(): number | undefined {
    return this.parts.squares;
  }

  /** The lowest value; `undefined` without values. */
  get min(): number | undefined {
    return this.parts.extremes?.min;
  }

  /** The highest value; `undefined` without values. */
  get max(): number | undefined {
    return this.parts.extremes?.max;
  }

  /** The number of values that are zero. */
  get zeros(): number {
    return this.parts.zeros;
  }

  /** The buckets of the positive values. */
  get positive(): ReadonlyBuckets {
    return this.parts.positive;
  }

  /** The buckets of the negative values, by absolute value. */
  get negative(): ReadonlyBuckets {
    return this.parts.negative;
  }

  /** The classic buckets, if the histogram has bounds. */
  get classic(): Pick<ClassicBuckets, 'bounds' | 'cumulative' | 'totals'> | undefined {
    return this.parts.classic;
  }

  /** One of the {@link quantiles}. */
  quantile(q: number): number | undefined {
    return this.quantiles([q])[0];
  }

  /**
   * The quantiles, by nearest rank: for each q from 0 to 1, the recorded value of rank `ceil(q * count)` in ascending
   * order, from 1.
   *
   * A result is within 1.1 % of that value, and within {@link min} and {@link max}. The lowest and the highest value
   * are exact, and so are all quantiles of equal values.
   *
   * @returns in the order of `qs`. `undefined` for a q that is not from 0 to 1, and without values.
   */
  quantiles(qs: readonly number[]): (number | undefined)[] {
    const { count, extremes } = this.parts;
    const values = qs.map((): number | undefined => undefined);
    if (extremes === undefined) return values;
    const { min, max } = extremes;
    const walk = new BucketWalk(this.parts);
    const ranks = qs.map((q, at) => ({ at, rank: q >= 0 && q <= 1 ? rankOf(q, count) : 0 }));
    for (const { at, rank } of ranks.sort((a, b) => a.rank - b.rank)) {
      if (rank === 0) continue;
      if (rank === 1) values[at] = min;
      else if (rank >= count) values[at] = max;
      else values[at] = clamp(walk.valueAt(rank), min, max);
    }
    return values;
  }

  /**
   * The values of both in one histogram. Merging is commutative and associative. Classic buckets are kept only if both
   * have the same bounds.
   */
  merge(other: HistogramSnapshot): HistogramSnapshot {
    const [a, b] = [this.parts, other.parts];
    return new HistogramSnapshot({
      count: a.count + b.count,
      sum: a.sum.plus(b.sum),
      squares: combined(a.squares, b.squares, 1),
      extremes: widest(a.extremes, b.extremes),
      zeros: a.zeros + b.zeros,
      positive: a.positive.merge(b.positive),
      negative: a.negative.merge(b.negative),
      classic: a.classic?.merge(b.classic),
    });
  }

  /**
   * The interval between two reads: what was recorded after an earlier snapshot of the same histogram.
   *
   * @param earlier that snapshot, or a merge of earlier snapshots if this is a merge of the later ones.
   * @param segment the extremes of the interval, which a subtraction cannot give, and its sum, which a subtraction gives
   * with a large error if earlier values are far larger. Without it, `min` is exact if it is a new lowest value, else
   * the midpoint of the lowest bucket of the interval, within 1.1 %; `max` likewise.
   */
  minus(earlier: HistogramSnapshot, segment?: WindowSegment): HistogramSnapshot {
    const [a, b] = [this.parts, earlier.parts];
    const count = a.count - b.count;
    const classic = a.classic?.minus(b.classic);
    if (count === 0 || a.extremes === undefined) return new HistogramSnapshot({ ...EMPTY, classic });
    const window = {
      count,
      sum: segment?.sum ?? a.sum.minus(b.sum),
      squares: segment?.squares ?? combined(a.squares, b.squares, -1),
      zeros: a.zeros - b.zeros,
      positive: a.positive.minus(b.positive),
      negative: a.negative.minus(b.negative),
      classic,
    };
    const { min, max } = segment ?? extremesOf(window, a.extremes, b.extremes);
    return new HistogramSnapshot({ ...window, extremes: { min, max } });
  }
}

const EMPTY = {
  count: 0,
  squares: 0,
  sum: CompensatedSum.of(0, 0),
  zeros: 0,
  positive: new ExponentialBuckets(),
  negative: new ExponentialBuckets(),
  extremes: undefined,
};

function combined(a: number | undefined, b: number | undefined, sign: 1 | -1): number | undefined {
  return a === undefined || b === undefined ? undefined : a + sign * b;
}

function widest(a: Extremes | undefined, b: Extremes | undefined): Extremes | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}

/** The extremes of an interval, as far as they can be derived. */
function extremesOf(window: Distribution, later: Extremes, earlier: Extremes | undefined): Extremes {
  const newMin = earlier === undefined || later.min < earlier.min ? later.min : undefined;
  const newMax = earlier === undefined || later.max > earlier.max ? later.max : undefined;
  const min = newMin ?? clamp(lowest(window), later.min, newMax ?? later.max);
  const max = newMax ?? clamp(highest(window), min, later.max);
  return { min, max };
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}
