import { describe, expect, it } from 'vitest';
import { rounded, valueOrNull } from './rounded.js';

describe('a number of the history', () => {
  it.each([
    0,
    1,
    -7,
    99_999,
    123_456,
    412_345_678,
    0.1,
    0.123456,
    1.5e-9,
    3.25e-30,
    7.77777e25,
    2 ** 40,
    -0.000123456,
  ])('%d has five significant digits', (value) => {
    expect(rounded(value)).toBe(Number(value.toPrecision(5)));
    const stored = Math.fround(value);
    if (stored !== 0) expect(rounded(stored)).toBe(Number(stored.toPrecision(5)));
  });

  it('is null for no value', () => {
    expect([Number.NaN, Infinity, -Infinity].map(valueOrNull)).toEqual([null, null, null]);
  });
});
