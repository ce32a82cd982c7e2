import { describe, expect, it } from 'vitest';
import { ClassicBuckets } from './classic-buckets.js';

describe('ClassicBuckets', () => {
  it('count the values at or below each bound', () => {
    const buckets = filled([-1, 0, 0.5, 10], [-2, -1, -0.5, 0, -0, 0.3, 0.5, 0.5000000000000001, 10, 11]);
    expect(buckets.cumulative()).toEqual([
      [-1, 2],
      [0, 5],
      [0.5, 7],
      [10, 9],
    ]);
  });

  it.each([1, 2, 3, 10, 11, 100])('find the bucket of any value among %i bounds', (length) => {
    const bounds = Array.from({ length }, (_, at) => at ** 2 / 3);
    const values = bounds.flatMap((bound) => [
      bound,
      bound - 0.01,
      bound + 0.01,
      bound * (1 + Number.EPSILON),
    ]);
    expect(filled(bounds, values).cumulative()).toEqual(
      bounds.map((bound) => [bound, values.filter((value) => value <= bound).length]),
    );
  });

  it('find the bucket of a value whatever value came before it', () => {
    const bounds = [-1, 0, 0.5, 10];
    const values = [-2, -1, -0.5, 0, 0.3, 0.5, 0.5000000000000001, 10, 11];
    for (const before of values) {
      for (const value of values) {
        expect(filled(bounds, [before, value]).cumulative()).toEqual(
          bounds.map((bound) => [bound, [before, value].filter((one) => one <= bound).length]),
        );
      }
    }
  });

  it('merge and subtract bound by bound', () => {
    const bounds = [1, 2, 3];
    const [a, b] = [filled(bounds, [1, 2.5, 9]), filled([...bounds], [0, 2, 2])];
    const both = filled(bounds, [1, 2.5, 9, 0, 2, 2]);
    expect(a.merge(b)?.cumulative()).toEqual(both.cumulative());
    expect(both.minus(a)?.cumulative()).toEqual(b.cumulative());
    expect(a.cumulative()).toEqual(filled(bounds, [1, 2.5, 9]).cumulative());
  });

  it('cannot be merged with, or subtracted from, others whose bounds differ', () => {
    for (const other of [undefined, filled([1, 2], []), filled([1, 2, 4], []), filled([1, 2, 3, 4], [])]) {
      expect(filled([1, 2, 3], [1]).merge(other)).toBeUndefined();
      expect(filled([1, 2, 3], [1]).minus(other)).toBeUndefined();
    }
  });

  it.each([[[]], [[0]], [[-1, 0, 0.005, 1e9]]])('accept %j as bounds', (bounds) => {
    expect(ClassicBuckets.accepts(bounds)).toBe(true);
  });

  it.each([
    [[2, 1]],
    [[1, 1]],
    [[0, -0]],
    [[1, Infinity]],
    [[Number.NaN]],
    [['1', '2']],
    [[1, null, 3]],
    [Array(2)],
    [5],
    ['12'],
    [null],
    [undefined],
    [{ length: 0 }],
  ])('do not accept %j as bounds', (bounds) => {
    expect(ClassicBuckets.accepts(bounds)).toBe(false);
  });
});

function filled(bounds: number[], values: number[]): ClassicBuckets {
  const buckets = new ClassicBuckets(bounds);
  for (const value of values) buckets.add(value);
  return buckets;
}
