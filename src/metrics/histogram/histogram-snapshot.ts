import { ExponentialBuckets } from './exponential-buckets.js';
import type { ReadonlyBuckets } from './exponential-buckets.js';
import type { Extremes, Stretch } from '../extremes.js';
import type { ClassicBuckets } from './classic-buckets.js';
import { BucketWalk, highest, lowest, rankOf } from './quantiles.js';
import type { Distribution } from './quantiles.js';
import { CompensatedSum } from './compensated-sum.js';

/** What a {@link HistogramSnapshot} is made of. */
export interface HistogramParts extends Distribution {
  readonly sum: CompensatedSum;
  readonly positive: ExponentialBuckets;
  readonly negative: ExponentialBuckets;
  /** `undefined` where there is no value. */
  readonly extremes: Extremes | undefined;
  /** `undefined` where no bounds were asked for. */
  readonly classic: ClassicBuckets | undefined;
}

/** The values of a histogram at this moment, to be read at once: the next value may change them. */
export interface HistogramView {
  readonly count: number;
  readonly sum: number;
  /** Without a value, Infinity or `undefined`. */
  readonly min: number | undefined;
  readonly zeros: number;
  readonly positive: ReadonlyBuckets;
  /** By the absolute value. */
  readonly negative: ReadonlyBuckets;
  readonly classic: Pick<ClassicBuckets, 'bounds' | 'totals'> | undefined;
}

/**
 * What a histogram had recorded at one moment, or between two. It never changes: {@link merge} and {@link minus}
 * give new ones.
 */
export class HistogramSnapshot {
  /** @param parts become the snapshot's own: nobody may change them any more. */
  constructor(private readonly parts: HistogramParts) {}

  /** How many values there are. */
  get count(): number {
    return this.parts.count;
  }

  /** The sum of all values, right to the last bit (`CompensatedSum`). Past the greatest double, it stays at that. */
  get sum(): number {
    return this.parts.sum.value;
  }

  /** The lowest value; `undefined` if there is none. */
  get min(): number | undefined {
    return this.parts.extremes?.min;
  }

  /** The highest value; `undefined` if there is none. */
  get max(): number | undefined {
    return this.parts.extremes?.max;
  }

  /** How many values are zero. */
  get zeros(): number {
    return this.parts.zeros;
  }

  /** How many values there are in each bucket above zero. */
  get positive(): ReadonlyBuckets {
    return this.parts.positive;
  }

  /** How many values there are in each bucket below zero, by their absolute value. */
  get negative(): ReadonlyBuckets {
    return this.parts.negative;
  }

  /** The classic buckets, if the histogram has bounds. */
  get classic(): Pick<ClassicBuckets, 'bounds' | 'cumulative' | 'totals'> | undefined {
    return this.parts.classic;
  }

  /** {@link quantiles} of one. */
  quantile(q: number): number | undefined {
    return this.quantiles([q])[0];
  }

  /**
   * The quantiles: for each q from 0 to 1, the value at or below which that share of all values lies. What is meant
   * is a value that was recorded, the one of rank `ceil(q * count)` when they are sorted, from 1 ("nearest rank").
   *
   * The answer is within 1.1 % of that one, and never beyond {@link min} or {@link max}. The lowest and the highest
   * value, and with them anything about values that are all the same, are exact.
   *
   * @returns in the order of the q. `undefined` for what is not from 0 to 1, and if there are no values.
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
   * What there would be if the values of both had been recorded into one histogram. The order and the grouping in
   * which many are merged make no difference. Classic buckets are only kept if both have the same bounds.
   */
  merge(other: HistogramSnapshot): HistogramSnapshot {
    const [a, b] = [this.parts, other.parts];
    return new HistogramSnapshot({
      count: a.count + b.count,
      sum: a.sum.plus(b.sum),
      extremes: widest(a.extremes, b.extremes),
      zeros: a.zeros + b.zeros,
      positive: a.positive.merge(b.positive),
      negative: a.negative.merge(b.negative),
      classic: a.classic?.merge(b.classic),
    });
  }

  /**
   * The window between two looks: what was recorded after an earlier snapshot of the same histogram.
   *
   * @param earlier that snapshot, or a merge of earlier snapshots if this is a merge of the later ones. With
   * anything else, the result means nothing.
   * @param stretch the extremes of the window, which no subtraction can tell, and its sum, which a subtraction cannot
   * tell well if it is far smaller than the sum of what came before. Without them, `min` is exact if it is a new low,
   * and else the middle of the lowest bucket of the window, within 1.1 %; `max` likewise.
   */
  minus(earlier: HistogramSnapshot, stretch?: Stretch): HistogramSnapshot {
    const [a, b] = [this.parts, earlier.parts];
    const count = a.count - b.count;
    const classic = a.classic?.minus(b.classic);
    if (count === 0 || a.extremes === undefined) return new HistogramSnapshot({ ...NOTHING, classic });
    const window = {
      count,
      sum: stretch?.sum ?? a.sum.minus(b.sum),
      zeros: a.zeros - b.zeros,
      positive: a.positive.minus(b.positive),
      negative: a.negative.minus(b.negative),
      classic,
    };
    const { min, max } = stretch ?? extremesOf(window, a.extremes, b.extremes);
    return new HistogramSnapshot({ ...window, extremes: { min, max } });
  }
}

const NOTHING = {
  count: 0,
  sum: CompensatedSum.of(0, 0),
  zeros: 0,
  positive: new ExponentialBuckets(),
  negative: new ExponentialBuckets(),
  extremes: undefined,
};

function widest(a: Extremes | undefined, b: Extremes | undefined): Extremes | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}

/** The extremes of what was recorded between two moments, as far as can be told. */
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
