import { describe, expect, it } from 'vitest';
import { Histogram } from './histogram.js';
import { HistogramSnapshot } from './histogram-snapshot.js';
import { statisticsOf } from './statistics.js';

/** Between 1 ms and 200 ms, unsorted. */
const values = Array.from({ length: 1000 }, (_, i) => 0.1 + 0.099 * Math.sin(i * i));

function exact(of: readonly number[]): { mean: number; stddev: number } {
  const mean = of.reduce((sum, value) => sum + value, 0) / of.length;
  const squares = of.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, stddev: Math.sqrt(squares / of.length) };
}

function histogramOf(of: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of of) histogram.observe(value);
  return histogram;
}

function expectExact(snapshot: HistogramSnapshot, of: readonly number[]): void {
  const statistics = statisticsOf(snapshot);
  expect(statistics?.mean).toBeCloseTo(exact(of).mean, 12);
  expect(statistics?.stddev).toBeCloseTo(exact(of).stddev, 9);
}

describe('the mean and the standard deviation', () => {
  it('are those of the values, and not of their buckets', () => {
    expectExact(histogramOf(values).snapshot(), values);
    expectExact(histogramOf([0.01, 0.02, 0.03]).snapshot(), [0.01, 0.02, 0.03]);
    expectExact(histogramOf([-5, 0, 5, 7]).snapshot(), [-5, 0, 5, 7]);
  });

  it('are those of an interval, also after far larger values', () => {
    const histogram = histogramOf([3600, ...values]);
    const before = histogram.snapshot();
    histogram.takeSegment();
    for (const value of [0.005, 0.006, 0.01]) histogram.observe(value);
    expectExact(histogram.snapshot().minus(before, histogram.takeSegment()), [0.005, 0.006, 0.01]);
  });

  it('are those of several processes together', () => {
    const [some, others] = [values.slice(0, 300), values.slice(300)];
    expectExact(histogramOf(some).snapshot().merge(histogramOf(others).snapshot()), values);
  });

  it('of equal values are the value and 0', () => {
    expect(statisticsOf(histogramOf([0.1, 0.1, 0.1, 0.1]).snapshot())).toMatchObject({ stddev: 0 });
    expect(statisticsOf(histogramOf([7]).snapshot())).toMatchObject({ mean: 7, stddev: 0 });
  });

  it('are within a hundredth where the squares are too large, or are not known', () => {
    const large = values.map((value) => value * 1e200);
    const found = statisticsOf(histogramOf(large).snapshot())?.stddev ?? 0;
    expect(found / 1e200 / exact(values).stddev).toBeCloseTo(1, 2);
    const known = histogramOf(values).snapshot();
    const unknown = new HistogramSnapshot({
      ...Object.assign({}, ...Object.values(known)),
      squares: undefined,
    });
    expect((statisticsOf(unknown)?.stddev ?? 0) / exact(values).stddev).toBeCloseTo(1, 2);
  });
});
