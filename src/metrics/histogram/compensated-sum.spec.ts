import { describe, expect, it } from 'vitest';
import { CompensatedSum } from './compensated-sum.js';
import { only } from '../../../test/support/present.js';

describe('CompensatedSum', () => {
  it('is exact to the last bit, in any order and grouping', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const values = scattered(seed, 100);
      const inOrder = values.map(sumOf).reduce((a, b) => a.plus(b));
      const backwards = values.map(sumOf).reduceRight((a, b) => a.plus(b));
      expect([inOrder.value, backwards.value, inPairs(values.map(sumOf)).value]).toEqual(
        Array(3).fill(exactSum(values)),
      );
    }
  });

  it('is the rest when a part is subtracted', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const [early, late] = [scattered(seed, 50), scattered(seed + 0.5, 50)];
      const part = early.map(sumOf).reduce((a, b) => a.plus(b));
      const whole = late.map(sumOf).reduce((a, b) => a.plus(b), part);
      expect(whole.minus(part).value).toBe(exactSum(late));
    }
  });

  it('keeps a small term added to a huge one', () => {
    expect(sumOf(1).plus(sumOf(1e30)).minus(sumOf(1e30)).value).toBe(1);
  });

  it('stays at the greatest double instead of overflowing', () => {
    const huge = sumOf(Number.MAX_VALUE);
    expect(huge.plus(huge).value).toBe(Number.MAX_VALUE);
    expect(huge.minus(huge).minus(huge).minus(huge).value).toBe(-Number.MAX_VALUE);
    expect(huge.plus(sumOf(2 ** 969)).value).toBe(Number.MAX_VALUE);
    expect(huge.plus(huge).remainder).toBe(0);
  });
});

const sumOf = (value: number): CompensatedSum => CompensatedSum.of(value, 0);

function inPairs(sums: CompensatedSum[]): CompensatedSum {
  if (sums.length === 1) return only(sums);
  const half = sums.length >> 1;
  return inPairs(sums.slice(0, half)).plus(inPairs(sums.slice(half)));
}

/** Values of both signs from 1e-9 to 1e9, unsorted. */
function scattered(seed: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.sin(i * seed) * 10 ** (9 * Math.sin(i * i + seed)));
}

/** The double nearest to the sum. In units of 2^-120 each value here is a whole number. */
function exactSum(values: number[]): number {
  return Number(values.reduce((sum, value) => sum + BigInt(value * 2 ** 120), 0n)) / 2 ** 120;
}
