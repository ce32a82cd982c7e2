import type { Statistic } from '../definitions/metric-definition.js';
import type { Extremes } from '../extremes.js';
import { midpoint } from './exponential-layout.js';
import type { HistogramSnapshot } from './histogram-snapshot.js';

/** A variance below this share of the squared mean is lost in rounding. */
const SMALLEST_SHARE = 1e-10;

/** Statistics of the values of an interval, in their unit. */
export type Statistics = Readonly<Record<Statistic, number>>;

/** The statistics of an interval; `undefined` if it has no values. */
export function statisticsOf(interval: HistogramSnapshot): Statistics | undefined {
  const { count, sum, min, max } = interval;
  if (count === 0 || min === undefined || max === undefined) return undefined;
  const [p50 = max, p90 = max, p99 = max] = interval.quantiles([0.5, 0.9, 0.99]);
  const mean = sum / count;
  return { min, max, mean, stddev: standardDeviation(interval, mean, { min, max }), p50, p90, p99 };
}

/**
 * From the sum of squares; if that is unknown or too inexact, from the midpoint of the bucket of each value. It is limited to
 * what the extremes and the mean allow (the Bhatia-Davis inequality), and so is 0 for equal values.
 */
function standardDeviation(interval: HistogramSnapshot, mean: number, { min, max }: Extremes): number {
  // In units of the largest absolute value, whose square may be too large for a double.
  const unit = Math.max(-min, max);
  if (unit === 0) return 0;
  const { count, squares = Number.NaN } = interval;
  const exact = squares / count / unit / unit - (mean / unit) ** 2;
  const isExact = exact > SMALLEST_SHARE * (mean / unit) ** 2 && exact < Infinity;
  const variance = isExact ? exact : varianceByBuckets(interval, mean, unit);
  return unit * Math.sqrt(Math.max(0, Math.min(variance, ((max - mean) / unit) * ((mean - min) / unit))));
}

function varianceByBuckets(
  { count, zeros, positive, negative }: HistogramSnapshot,
  mean: number,
  unit: number,
): number {
  let squares = zeros * (mean / unit) ** 2;
  for (const [index, values] of positive) squares += values * ((midpoint(index) - mean) / unit) ** 2;
  for (const [index, values] of negative) squares += values * ((midpoint(index) + mean) / unit) ** 2;
  return squares / count;
}
