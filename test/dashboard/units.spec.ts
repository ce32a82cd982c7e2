import { describe, expect, it } from 'vitest';
import {
  bytes,
  count,
  duration,
  formatFor,
  percent,
  rate,
  seconds,
} from '../../dashboard/src/format/units.js';

describe('a number on the page has three significant digits', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [7, '7'],
    [0.004, '0.004'],
    [-0.003, '-0.003'],
    [0.0033333, '0.00333'],
    [1e-9, '1e-9'],
    [1.005, '1'],
    [12.345, '12.3'],
    [99.96, '100'],
    [123.4, '123'],
    [999.4, '999'],
    [999.6, '1 k'],
    [-1234, '-1.23 k'],
    [999_960, '1 M'],
    [1.5e12, '1.5 T'],
    [3e38, '3e+38'],
    [null, '–'],
    [Number.NaN, '–'],
  ])('count %s: %s', (value, text) => expect(count(value)).toBe(text));

  it.each([
    [1 / 300, '0.00333/s'],
    [0, '0/s'],
    [1999, '2 k/s'],
  ])('rate %s: %s', (value, text) => expect(rate(value)).toBe(text));

  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KB'],
    [1024 ** 2 - 1, '1 MB'],
    [-5e9, '-4.66 GB'],
    [3e38, '3e+38 B'],
  ])('%s bytes: %s', (value, text) => expect(bytes(value)).toBe(text));

  it.each([
    [0, '0 ms'],
    [1e-9, '0.001 µs'],
    [0.000_25, '250 µs'],
    [0.000_999_96, '1 ms'],
    [0.001_234, '1.23 ms'],
    [0.99996, '1 s'],
    [-0.5, '-500 ms'],
    [59.96, '60 s'],
    [119.96, '2 min'],
    [-500, '-8 min 20 s'],
    [90_061, '1 d 1 h'],
    [1e12, '1.16e+7 d'],
  ])('%s seconds: %s', (value, text) => expect(seconds(value)).toBe(text));

  it.each([
    [0, '0 %'],
    [0.5, '50 %'],
    [0.000_123_4, '0.0123 %'],
    [1, '100 %'],
    [12.345, '1235 %'],
  ])('a share of %s: %s', (value, text) => expect(percent(value)).toBe(text));

  it('whatever the unit of the metric is', () => {
    expect(formatFor('percent')(0.004)).toBe('0.004 %');
    expect(formatFor('seconds')(0.004)).toBe('4 ms');
    expect(formatFor(null)(0.004)).toBe('0.004');
  });

  it('and a duration its two largest units', () => {
    expect([0, -0.3, 59.6, 3600, -61, 86_400 * 3 + 60].map(duration)).toEqual([
      '0 s',
      '0 s',
      '1 min',
      '1 h',
      '-1 min 1 s',
      '3 d',
    ]);
  });
});
