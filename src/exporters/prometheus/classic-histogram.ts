import type { HistogramView } from '../../metrics/histogram/histogram-snapshot.js';
import { SCALE } from '../../metrics/histogram/exponential-layout.js';

/** A histogram in classic buckets (`le`). */
export interface ClassicHistogram {
  /** Upper bounds, ascending, without +Inf. */
  readonly bounds: readonly number[];
  /** For each bound, the number of values at or below it. */
  readonly counts: readonly number[];
  readonly count: number;
  readonly sum: number;
  /** A bound or a value is negative, so the sum can go down. */
  readonly hasNegative: boolean;
}

/** Powers of two that are the bounds of a histogram. */
export interface BucketLayout {
  readonly bounds: readonly number[];
  /** The last bucket of the exponential layout at or below each bound. */
  readonly ends: readonly number[];
}

/**
 * The bounds are the same for all series, processes and versions, whatever was recorded. A bound that appears later would
 * make `rate()` and `sum by (le)` wrong.
 */
const SECONDS = powersOfTwo(-14, 10);
const OTHER_UNITS = powersOfTwo(-10, 30);

/** The bounds of a histogram without its own: for seconds from 61 µs to 17 minutes, for other units from 0.001 to 10^9. */
export function layoutFor(unit: string | undefined): BucketLayout {
  return unit === 'seconds' ? SECONDS : OTHER_UNITS;
}

function powersOfTwo(first: number, last: number): BucketLayout {
  const exponents = Array.from({ length: last - first + 1 }, (_, at) => first + at);
  return {
    bounds: exponents.map((exponent) => 2 ** exponent),
    ends: exponents.map((exponent) => (exponent << SCALE) - 1),
  };
}

/**
 * The classic buckets of a histogram: its own if it was described with `buckets`, else those of the layout. Both are
 * exact: every power of two is a bound of the exponential layout.
 */
export function classicHistogramOf(view: HistogramView, layout: BucketLayout): ClassicHistogram {
  const { count, sum, min = 0, positive, classic } = view;
  if (classic === undefined) {
    // Only positive values can be above a bound. All others, zeros and negative values too, are at or below it.
    const counts = positive.above(layout.ends).map((above) => count - above);
    return { bounds: layout.bounds, counts, count, sum, hasNegative: min < 0 };
  }
  const { bounds } = classic;
  const [lowest = 0] = bounds;
  return { bounds, counts: classic.totals(), count, sum, hasNegative: min < 0 || lowest < 0 };
}
