import { midpoint } from '../../metrics/histogram/exponential-layout.js';
import type { HistogramSnapshot } from '../../metrics/histogram/histogram-snapshot.js';

/** What the semantic conventions ask for of the delays of the event loop: the end of each name, and its value. */
export function delayFigures(
  interval: HistogramSnapshot,
): [figure: string, description: string, value: number][] {
  const { count, sum, min, max } = interval;
  if (count === 0 || min === undefined || max === undefined) return [];
  const [p50 = max, p90 = max, p99 = max] = interval.quantiles([0.5, 0.9, 0.99]);
  const mean = sum / count;
  return [
    ['min', 'Event loop minimum delay.', min],
    ['max', 'Event loop maximum delay.', max],
    ['mean', 'Event loop mean delay.', mean],
    ['stddev', 'Event loop standard deviation delay.', deviation(interval, mean)],
    ['p50', 'Event loop 50 percentile delay.', p50],
    ['p90', 'Event loop 90 percentile delay.', p90],
    ['p99', 'Event loop 99 percentile delay.', p99],
  ];
}

/** The standard deviation, with each value taken for the middle of its bucket. */
function deviation({ count, zeros, positive, negative }: HistogramSnapshot, mean: number): number {
  let squares = zeros * mean ** 2;
  for (const [index, inBucket] of positive) squares += inBucket * (midpoint(index) - mean) ** 2;
  for (const [index, inBucket] of negative) squares += inBucket * (midpoint(index) + mean) ** 2;
  return Math.sqrt(squares / count);
}
