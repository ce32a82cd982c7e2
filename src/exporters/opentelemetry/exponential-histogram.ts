import type { ExponentialHistogram } from '@opentelemetry/sdk-metrics';
import type { ReadonlyBuckets } from '../../metrics/histogram/exponential-buckets.js';
import { SCALE } from '../../metrics/histogram/exponential-layout.js';
import type { HistogramSnapshot } from '../../metrics/histogram/histogram-snapshot.js';

/** Converts a histogram bucket for bucket: OpenTelemetry has the same layout and the same indices. */
export function exponentialHistogram(snapshot: HistogramSnapshot): ExponentialHistogram {
  const { count, sum, min, max, zeros, positive, negative } = snapshot;
  return {
    scale: SCALE,
    count,
    zeroCount: zeros,
    positive: bucketsOf(positive),
    negative: bucketsOf(negative),
    ...(min !== undefined && { min, max }),
    // The protocol has no sum for values that can be negative, since it would not be monotonic.
    ...(hasNone(negative) && { sum }),
  };
}

function bucketsOf(buckets: ReadonlyBuckets): ExponentialHistogram['positive'] {
  if (hasNone(buckets)) return { offset: 0, bucketCounts: [] };
  const { first, last } = buckets;
  return {
    offset: first,
    bucketCounts: Array.from({ length: last + 1 - first }, (_, i) => buckets.at(first + i)),
  };
}

export function hasNone({ first, last }: ReadonlyBuckets): boolean {
  return first > last;
}
