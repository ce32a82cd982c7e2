import type { FIGURES } from '../definitions/metric-definition.js';
import { midpoint } from './exponential-layout.js';
import type { HistogramSnapshot } from './histogram-snapshot.js';

/** Statistics of the values of an interval, in their unit. */
export type Figures = Readonly<Record<(typeof FIGURES)[number], number>>;

/** The statistics of an interval; `undefined` if it has no values. */
export function figuresOf(interval: HistogramSnapshot): Figures | undefined {
  const { count, sum, min, max } = interval;
  if (count === 0 || min === undefined || max === undefined) return undefined;
  const [p50 = max, p90 = max, p99 = max] = interval.quantiles([0.5, 0.9, 0.99]);
  const mean = sum / count;
  return { min, max, mean, stddev: deviationOf(interval, mean), p50, p90, p99 };
}

/** The standard deviation, with each value taken for the middle of its bucket. */
function deviationOf({ count, zeros, positive, negative }: HistogramSnapshot, mean: number): number {
  let squares = zeros * mean ** 2;
  for (const [index, values] of positive) squares += values * (midpoint(index) - mean) ** 2;
  for (const [index, values] of negative) squares += values * (midpoint(index) + mean) ** 2;
  return Math.sqrt(squares / count);
}
