import type { Statistic } from '../definitions/metric-definition.js';
import { midpoint } from './exponential-layout.js';
import type { HistogramSnapshot } from './histogram-snapshot.js';

/** Statistics of the values of an interval, in their unit. */
export type Statistics = Readonly<Record<Statistic, number>>;

/** The statistics of an interval; `undefined` if it has no values. */
export function statisticsOf(interval: HistogramSnapshot): Statistics | undefined {
  const { count, sum, min, max } = interval;
  if (count === 0 || min === undefined || max === undefined) return undefined;
  const [p50 = max, p90 = max, p99 = max] = interval.quantiles([0.5, 0.9, 0.99]);
  const mean = sum / count;
  return { min, max, mean, stddev: standardDeviation(interval, mean), p50, p90, p99 };
}

/** With the midpoint of its bucket in place of each value. */
function standardDeviation({ count, zeros, positive, negative }: HistogramSnapshot, mean: number): number {
  let squares = zeros * mean ** 2;
  for (const [index, values] of positive) squares += values * (midpoint(index) - mean) ** 2;
  for (const [index, values] of negative) squares += values * (midpoint(index) + mean) ** 2;
  return Math.sqrt(squares / count);
}
