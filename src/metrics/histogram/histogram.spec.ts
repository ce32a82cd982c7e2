import { beforeEach, describe, expect, it } from 'vitest';
import { Histogram } from './histogram.js';

describe('Histogram', () => {
  let histogram: Histogram;

  beforeEach(() => {
    histogram = new Histogram();
  });

  it('keeps count, sum, minimum and maximum exactly', () => {
    for (let seed = 1; seed <= 50; seed++) {
      histogram = new Histogram();
      const values = scattered(seed, 2000);
      expect(values.every((value) => histogram.observe(value))).toBe(true);
      const { count, sum, min, max } = histogram.snapshot();
      expect({ count, sum, min, max }).toEqual({
        count: 2000,
        sum: exactSum(values),
        min: Math.min(...values),
        max: Math.max(...values),
      });
      expect(histogram.count).toBe(2000);
    }
  });

  it('has the exact sum of a million equal values that no double holds exactly', () => {
    for (let i = 0; i < 1_000_000; i++) histogram.observe(0.1);
    expect(histogram.snapshot().sum).toBe(Number(BigInt(0.1 * 2 ** 60) * 1_000_000n) / 2 ** 60);
  });

  it('counts positive values, zeros and negative values separately', () => {
    for (const value of [2, 2, 0, -2, -1024, 2 ** -1060]) histogram.observe(value);
    const { positive, negative, zeros } = histogram.snapshot();
    expect([...positive]).toEqual([
      [-1060 * 32 - 1, 1],
      [31, 2],
    ]);
    expect([...negative]).toEqual([
      [31, 1],
      [319, 1],
    ]);
    expect(zeros).toBe(1);
  });

  it('treats minus zero as zero', () => {
    histogram.observe(-0);
    const { count, sum, min, max, zeros } = histogram.snapshot();
    expect({ count, sum, min, max, zeros }).toEqual({ count: 1, sum: 0, min: 0, max: 0, zeros: 1 });
    expect(histogram.takeSegment()).toMatchObject({ min: 0, max: 0 });
  });

  it.each([
    [Number.NaN],
    [Infinity],
    [-Infinity],
    ['5'],
    [null],
    [undefined],
    [5n],
    [true],
    [{}],
    [Symbol('s')],
  ])('rejects %s, and does not change', (value) => {
    const untouched = new Histogram({ bounds: [1] });
    histogram = new Histogram({ bounds: [1] });
    expect(histogram.observe(value as number)).toBe(false);
    expect(histogram).toEqual(untouched);
    for (const each of [histogram, untouched]) each.observe(0.5);
    expect(histogram.observe(value as number)).toBe(false);
    expect(histogram).toEqual(untouched);
  });

  it('rejects a value that would make the sum infinite', () => {
    expect(histogram.observe(Number.MAX_VALUE)).toBe(true);
    expect(histogram.observe(Number.MAX_VALUE)).toBe(false);
    expect(histogram.observe(-Number.MAX_VALUE)).toBe(true);
    const { count, sum, max } = histogram.snapshot();
    expect({ count, sum, max }).toEqual({ count: 2, sum: 0, max: Number.MAX_VALUE });
  });

  it('has the extremes since they were last taken, and those since the start', () => {
    expect(histogram.takeSegment()).toBeUndefined();
    for (const value of [5, -3, 4]) histogram.observe(value);
    expect(histogram.takeSegment()).toMatchObject({ min: -3, max: 5 });
    expect(histogram.takeSegment()).toBeUndefined();
    histogram.observe(1);
    expect(histogram.snapshot()).toMatchObject({ min: -3, max: 5 });
    expect(histogram.takeSegment()).toMatchObject({ min: 1, max: 1 });
    histogram.observe(2);
    expect(histogram.snapshot()).toMatchObject({ min: -3, max: 5 });
  });

  it('also counts classic buckets exactly, where they are configured', () => {
    const bounds = [-1, 0, 0.005, 1, 10];
    histogram = new Histogram({ bounds });
    const values = [...scattered(7, 3000), ...bounds, ...bounds];
    for (const value of values) histogram.observe(value);
    expect(histogram.snapshot().classic?.cumulative()).toEqual(
      bounds.map((bound) => [bound, values.filter((value) => value <= bound).length]),
    );
    expect(new Histogram().snapshot().classic).toBeUndefined();
  });

  it('keeps its bounds when the given array changes', () => {
    const bounds = [1, 2];
    histogram = new Histogram({ bounds });
    bounds[0] = 100;
    histogram.observe(1.5);
    expect(histogram.snapshot().classic?.cumulative()).toEqual([
      [1, 0],
      [2, 1],
    ]);
  });

  it('creates snapshots that do not change', () => {
    histogram = new Histogram({ bounds: [1] });
    for (const value of [0.5, -2, 0]) histogram.observe(value);
    const snapshot = histogram.snapshot();
    const before = structuredClone(snapshot);
    for (const value of [0.5, -2, 0, 1e9, -1e9]) histogram.observe(value);
    histogram.takeSegment();
    expect(structuredClone(snapshot)).toEqual(before);
    expect(histogram.snapshot().count).toBe(8);
  });

  it('returns the same snapshot until something is recorded', () => {
    expect(histogram.snapshot()).toBe(histogram.snapshot());
    histogram.observe(1);
    const snapshot = histogram.snapshot();
    histogram.observe(Number.NaN);
    histogram.takeSegment();
    expect(histogram.snapshot()).toBe(snapshot);
    histogram.observe(1);
    expect(histogram.snapshot()).not.toBe(snapshot);
  });
});

/** Values of both signs from 1e-9 to 1e9, unsorted. */
function scattered(seed: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.sin(i * seed) * 10 ** (9 * Math.sin(i * i + seed)));
}

/** The double nearest to the sum. In units of 2^-120 each value here is a whole number. */
function exactSum(values: number[]): number {
  return Number(values.reduce((sum, value) => sum + BigInt(value * 2 ** 120), 0n)) / 2 ** 120;
}
