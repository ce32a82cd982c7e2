import type { Histogram } from '@opentelemetry/sdk-metrics';
import { indexOf, upperBound } from '../../metrics/histogram/exponential-layout.js';
import type { HistogramSnapshot } from '../../metrics/histogram/histogram-snapshot.js';
import { hasNone } from './exponential-histogram.js';

/** The bounds that the semantic conventions advise for durations in seconds. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** The default bounds of the SDK. */
const OTHERS = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000];

/**
 * A histogram of some 15 buckets, for an exporter that does not know exponential ones. The counts are exact: its bounds are
 * those that the metric was described with, or else the bounds of our own buckets just above the usual ones.
 */
export function explicitHistogram(snapshot: HistogramSnapshot, unit: string): Histogram {
  const { count, sum, min, max, classic, negative } = snapshot;
  const below: [number, number][] =
    classic?.cumulative() ?? countsBelow(snapshot, unit === 's' ? SECONDS : OTHERS);
  const counts = below.map(([, total], i) => total - (below[i - 1]?.[1] ?? 0));
  return {
    count,
    buckets: {
      boundaries: below.map(([bound]) => bound),
      counts: [...counts, count - (below.at(-1)?.[1] ?? 0)],
    },
    ...(min !== undefined && { min, max }),
    ...(hasNone(negative) && { sum }),
  };
}

/** For each bound, the upper bound of the bucket that contains it, and the number of values at or below that upper bound. */
function countsBelow(snapshot: HistogramSnapshot, bounds: readonly number[]): [number, number][] {
  const buckets = [...snapshot.positive];
  const notAboveZero = buckets.reduce((rest, [, inBucket]) => rest - inBucket, snapshot.count);
  let at = 0;
  let total = notAboveZero;
  return bounds.map((bound) => {
    if (bound === 0) return [0, notAboveZero];
    const index = indexOf(bound);
    for (let bucket = buckets[at]; bucket !== undefined && bucket[0] <= index; bucket = buckets[++at]) {
      total += bucket[1];
    }
    return [upperBound(index), total];
  });
}
