import type { HistogramSnapshot } from './histogram-snapshot.js';

/** What a histogram says of the values that it took since the reader last looked, in their own unit. */
export interface HistogramValues {
  /** How many there were. */
  count: number;
  /** All of them added up. */
  sum: number;
  /** The lowest, exactly. `null` if there was none, as all below. */
  min: number | null;
  /** The highest, exactly. */
  max: number | null;
  /** Half of the values are at most this large. It is at most 1.1 % off, as all quantiles. */
  p50: number | null;
  p90: number | null;
  p99: number | null;
  p999: number | null;
  /**
   * For each bound (`le`), how many values were at most as large, for a histogram that was described with `buckets`.
   * In the order of the bounds, of which the last is `+Inf`.
   */
  buckets?: [le: string, count: number][];
}

const QUANTILES = [0.5, 0.9, 0.99, 0.999];

/** The figures of one interval, with or without its classic buckets. */
export function valuesOf(interval: HistogramSnapshot, withBuckets: boolean): HistogramValues {
  const { count, sum, min = null, max = null, classic } = interval;
  const [p50 = null, p90 = null, p99 = null, p999 = null] = interval.quantiles(QUANTILES);
  const values = { count, sum, min, max, p50, p90, p99, p999 };
  if (classic === undefined || !withBuckets) return values;
  const bounds = classic.cumulative().map(([le, below]): [string, number] => [String(le), below]);
  return { ...values, buckets: [...bounds, ['+Inf', count]] };
}
