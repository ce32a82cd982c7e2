import type { HistogramView } from '../../metrics/histogram/histogram-snapshot.js';
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
 * The figures of a histogram: at the bounds that it counts itself if it has any, and else at those of the layout. Either
 * way they are exact, for every power of two is a bound of the exponential layout.
 */
export function bucketFiguresOf(view: HistogramView, layout: BucketLayout): BucketFigures {
  const { count, sum, min = 0, positive, classic } = view;
  if (classic === undefined) {
    // What is above a bound is positive: all else, the negative values and the zeros too, is at or below it.
    const counts = positive.above(layout.ends).map((above) => count - above);
    return { bounds: layout.bounds, counts, count, sum, hasNegative: min < 0 };
  }
  const { bounds } = classic;
  return { bounds, counts: classic.totals(), count, sum, hasNegative: min < 0 || bounds[0] < 0 };
}
