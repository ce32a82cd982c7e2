import { beforeEach, describe, expect, it } from 'vitest';
import { ExponentialBuckets } from './exponential-buckets.js';
import { MAX_INDEX, MIN_INDEX } from './exponential-layout.js';
import { first, last } from '../../../test/support/present.js';

describe('ExponentialBuckets', () => {
  let buckets: ExponentialBuckets;

  beforeEach(() => {
    buckets = new ExponentialBuckets();
  });

  it('have no counts at first', () => {
    expect([...buckets]).toEqual([]);
    expect(buckets.first).toBeGreaterThan(buckets.last);
    expect(buckets.at(0)).toBe(0);
  });

  it('count what is added at either end and in the middle, in order', () => {
    const expected = new Map<number, number>();
    for (const index of scattered(5000)) {
      buckets.add(index);
      expected.set(index, (expected.get(index) ?? 0) + 1);
    }
    const inOrder = [...expected].sort(([a], [b]) => a - b);
    expect([...buckets]).toEqual(inOrder);
    expect([buckets.first, buckets.last]).toEqual([first(inOrder)[0], last(inOrder)[0]]);
    expect(scattered(5000).map((index) => buckets.at(index))).toEqual(
      scattered(5000).map((index) => expected.get(index)),
    );
    expect([buckets.at(buckets.first - 1), buckets.at(buckets.last + 1), buckets.at(MAX_INDEX)]).toEqual([
      0, 0, 0,
    ]);
  });

  it('allocate the range in use, and some slack', () => {
    for (const index of scattered(5000)) buckets.add(index);
    expect(room(buckets)).toBeLessThan((buckets.last - buckets.first + 1) * 1.5);
    expect(room(buckets.copy())).toBe(buckets.last - buckets.first + 1);
  });

  it('never allocate more than all buckets, for values of any distance', () => {
    for (let i = 0; i < 1000; i++) buckets.add(i % 2 === 0 ? MIN_INDEX : MAX_INDEX);
    expect([...buckets]).toEqual([
      [MIN_INDEX, 500],
      [MAX_INDEX, 500],
    ]);
    expect(room(buckets)).toBe(MAX_INDEX - MIN_INDEX + 1);
  });

  it.each([1, -1])('seldom reallocate for values that drift (%i)', (direction) => {
    const rooms = new Set<number>();
    for (let step = 0; step < 30_000; step++) {
      buckets.add(direction * step);
      rooms.add(room(buckets));
    }
    expect([...buckets]).toHaveLength(30_000);
    expect(rooms.size).toBeLessThan(40);
  });

  it('create copies that do not change', () => {
    buckets.add(3);
    const copy = buckets.copy();
    buckets.add(3);
    copy.add(4);
    expect([...copy]).toEqual([
      [3, 1],
      [4, 1],
    ]);
    expect([...buckets]).toEqual([[3, 2]]);
  });

  it.each([
    { name: 'apart', other: [500, 700, 700] },
    { name: 'that overlap', other: [-5, 20, 40] },
    { name: 'within', other: [3] },
    { name: 'of nothing', other: [] },
  ])('merge with buckets $name, and are the same again after subtraction', ({ other }) => {
    const mine = [-7, 3, 3, 30];
    const [a, b] = [filled(mine), filled(other)];
    const expected = [...filled([...mine, ...other])];
    expect([...a.merge(b)]).toEqual(expected);
    expect([...b.merge(a)]).toEqual(expected);
    expect([...a.merge(b).minus(a)]).toEqual([...b]);
    expect([...a.merge(b).minus(b)]).toEqual([...a]);
    expect([[...a], [...b]]).toEqual([[...filled(mine)], [...filled(other)]]);
  });

  it('are empty when all is subtracted', () => {
    const nothing = filled([1, 2]).minus(filled([1, 2]));
    expect([...nothing]).toEqual([]);
    expect(room(nothing)).toBe(0);
  });
});

function filled(indexes: number[]): ExponentialBuckets {
  const buckets = new ExponentialBuckets();
  for (const index of indexes) buckets.add(index);
  return buckets;
}

/** Indexes from -400 to 400, unsorted, some of them many times. */
function scattered(count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.round(400 * Math.sin(i * i)));
}

/** The number of allocated counts. */
function room(buckets: ExponentialBuckets): number {
  return (buckets as unknown as { counts: Float64Array }).counts.length;
}
