import type { HistogramSnapshot } from './histogram-snapshot.js';

/** A histogram in the document: its values since the reader last read, in their unit. */
export interface HistogramValues {
  /** The number of values. */
  count: number;
  /** The sum of the values. */
  sum: number;
  /** The lowest value, exact. `null` without values, as are the following ones. */
  min: number | null;
  /** The highest value, exact. */
  max: number | null;
  /** The median. Like all quantiles, it is at most 1.1 % off. */
  p50: number | null;
  p90: number | null;
  p99: number | null;
  p999: number | null;
  /**
   * The number of values at or below each bound (`le`), for a histogram that was described with `buckets`. Ascending;
   * the last bound is `+Inf`.
   */
  buckets?: [le: string, count: number][];
}

const QUANTILES = [0.5, 0.9, 0.99, 0.999];

/** The values of one interval, with or without its classic buckets. */
export function valuesOf(interval: HistogramSnapshot, withBuckets: boolean): HistogramValues {
  const { count, sum, min = null, max = null, classic } = interval;
  const [p50 = null, p90 = null, p99 = null, p999 = null] = interval.quantiles(QUANTILES);
  const values = { count, sum, min, max, p50, p90, p99, p999 };
  if (classic === undefined || !withBuckets) return values;
  const bounds = classic.cumulative().map(([le, below]): [string, number] => [String(le), below]);
  return { ...values, buckets: [...bounds, ['+Inf', count]] };
}
