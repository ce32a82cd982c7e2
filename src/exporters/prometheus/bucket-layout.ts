import type { HistogramSnapshot } from '../../metrics/histogram/histogram-snapshot.js';
import { SCALE } from '../../metrics/histogram/exponential-layout.js';

/** What a histogram has counted, in classic buckets. */
export interface BucketFigures {
  /** Upper bounds, ascending, without +Inf. */
  readonly bounds: readonly number[];
  /** For each bound, how many values were at most as large. */
  readonly counts: readonly number[];
  readonly count: number;
  readonly sum: number;
  /** Whether the sum can go down: a bound or a value is negative. */
  readonly hasNegative: boolean;
}

/** Powers of two that are the bounds of a histogram. */
export interface BucketLayout {
  readonly bounds: readonly number[];
  /** The last bucket of the exponential layout at or below each bound. */
  readonly ends: readonly number[];
}

/**
 * The bounds are the same for all series, processes and versions, and do not depend on what was recorded: `rate()` and
 * `sum by (le)` take a bound that comes later for values that were never there.
 */
const SECONDS = powersOfTwo(-14, 10);
const OTHERS = powersOfTwo(-10, 30);

/** For seconds from 61 µs to 17 minutes, for everything else from a thousandth to a thousand million. */
export function layoutFor(unit: string | undefined): BucketLayout {
  return unit === 'seconds' ? SECONDS : OTHERS;
}

function powersOfTwo(first: number, last: number): BucketLayout {
  const exponents = Array.from({ length: last - first + 1 }, (_, at) => first + at);
  return {
    bounds: exponents.map((exponent) => 2 ** exponent),
    ends: exponents.map((exponent) => (exponent << SCALE) - 1),
  };
}

/**
 * The figures of a snapshot: at the bounds that the histogram counts itself if it has any, and else at those of the
 * layout. Either way they are exact, for every power of two is a bound of the exponential layout.
 */
export function figuresOf(snapshot: HistogramSnapshot, layout: BucketLayout): BucketFigures {
  const { count, sum, min = 0, classic } = snapshot;
  if (classic === undefined) {
    return { bounds: layout.bounds, counts: countsAt(snapshot, layout), count, sum, hasNegative: min < 0 };
  }
  const { bounds } = classic;
  const counts = classic.cumulative().map(([, below]) => below);
  return { bounds, counts, count, sum, hasNegative: min < 0 || bounds[0] < 0 };
}

/** For each bound, how many values are at or below it: the negative ones and the zeros first of all. */
function countsAt({ count, positive }: HistogramSnapshot, { ends }: BucketLayout): number[] {
  const { first, last } = positive;
  const counts = ends.map(() => 0);
  // From the top: what is above a bound is what all values are, less those.
  let below = count;
  let index = last;
  for (let at = ends.length - 1; at >= 0; at--) {
    const end = Math.max(ends[at], first - 1);
    for (; index > end; index--) below -= positive.at(index);
    counts[at] = below;
  }
  return counts;
}
