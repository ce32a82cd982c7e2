import { describe, expect, it } from 'vitest';
import { Histogram } from '../../metrics/histogram/histogram.js';
import { explicitHistogram } from './explicit-histogram.js';

function of(values: readonly number[], unit = '', bounds?: readonly number[]) {
  const histogram = new Histogram(bounds === undefined ? {} : { bounds });
  for (const value of values) histogram.observe(value);
  return explicitHistogram(histogram.snapshot(), unit);
}

describe('an explicit histogram', () => {
  it('has all values in its buckets, each at or below the bound of its own', () => {
    const values = [-3, 0, 0.001, 4.9, 5, 5.2, 99, 250, 1e6];
    const { buckets, count, min, max, sum } = of(values);
    expect(buckets.boundaries).toHaveLength(15);
    expect(buckets.boundaries[0]).toBe(0);
    buckets.boundaries.reduce((total, bound, i) => {
      const below = total + (buckets.counts[i] ?? Number.NaN);
      expect(below).toBe(values.filter((value) => value <= bound).length);
      return below;
    }, 0);
    expect(buckets.counts.reduce((a, b) => a + b)).toBe(count);
    expect([min, max, sum]).toEqual([-3, 1e6, undefined]);
  });

  it('has bounds that are at most 2.2 % above the usual ones', () => {
    const usual = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
    const { boundaries } = of([1], 's').buckets;
    expect(boundaries).toHaveLength(usual.length);
    boundaries.forEach((bound, i) => {
      expect(bound / (usual[i] ?? Number.NaN)).toBeGreaterThanOrEqual(1);
      expect(bound / (usual[i] ?? Number.NaN)).toBeLessThan(1.022);
    });
  });

  it('has the bounds that the metric was described with, exactly', () => {
    expect(of([1, 2, 2, 3, 9], 's', [2, 3]).buckets).toEqual({ boundaries: [2, 3], counts: [3, 1, 1] });
  });

  it('can be empty', () => {
    const { buckets, ...rest } = of([]);
    expect(rest).toEqual({ count: 0, sum: 0 });
    expect(new Set(buckets.counts)).toEqual(new Set([0]));
  });
});
