import { describe, expect, it } from 'vitest';
import { indexOf, MAX_INDEX, midpoint, MIN_INDEX, SCALE, upperBound } from './exponential-layout.js';

/** Exclusive: the bucket below includes it. */
const lowerBound = (index: number) => upperBound(index - 1);

/** The bounds from 1 up to 2. */
const BOUNDS = Array.from({ length: 32 }, (_, k) => lowerBound(k));

describe('The exponential layout', () => {
  it('has bounds that are the doubles nearest to the 32nd roots of powers of two', () => {
    expect(2 ** SCALE).toBe(BOUNDS.length);
    for (const [k, bound] of BOUNDS.entries()) {
      // In units of half the spacing of doubles, the bound is 2m, and its neighbours begin at 2m - 1 and 2m + 1.
      const twice = 2n * BigInt(bound * 2 ** 52);
      const power = 2n ** (BigInt(k) + 53n * 32n);
      expect((twice - 1n) ** 32n < power && power < (twice + 1n) ** 32n, `2^(${k}/32)`).toBe(true);
    }
  });

  it('puts every positive double above the lower bound of its bucket, and not above the upper one', () => {
    const wrong: number[] = [];
    const check = (value: number): void => {
      const index = indexOf(value);
      if (!(lowerBound(index) < value && value <= upperBound(index))) wrong.push(value);
    };
    for (let exponent = -1074; exponent < 1024; exponent++) {
      for (let step = 0; step < 128; step++) {
        const value = (1 + step / 128) * 2 ** exponent;
        if (value > Number.MIN_VALUE) check(next(value, -1n));
        check(value);
        check(next(value, 1n));
      }
    }
    expect(wrong).toEqual([]);
  });

  it('has buckets that begin right above the one below, and include their upper bound', () => {
    const wrong: number[] = [];
    for (let index = MIN_INDEX; index <= MAX_INDEX; index++) {
      const [lower, upper] = [lowerBound(index), upperBound(index)];
      const isJoined = index === MIN_INDEX ? lower === 0 : lower === upperBound(index - 1);
      // Below 2^-1022 some buckets lie between two doubles.
      const isEmpty = lower === upper && upper < 2 ** -1022;
      if (!isJoined) wrong.push(index);
      else if (!isEmpty && (indexOf(upper) !== index || indexOf(next(lower, 1n)) !== index))
        wrong.push(index);
    }
    expect(wrong).toEqual([]);
  });

  it('is that of an OpenTelemetry exponential histogram of scale 5', () => {
    const wrong: number[] = [];
    const check = (value: number): void => {
      // base^i < value <= base^(i + 1), all to the 32nd power, in units in which both are whole numbers.
      const power = BigInt(value * 2 ** 60) ** 32n;
      const bits = BigInt(power.toString(2).length - 1);
      const floor = Number(bits - 60n * 32n);
      if (indexOf(value) !== (power === 1n << bits ? floor - 1 : floor)) wrong.push(value);
    };
    for (const bound of BOUNDS) {
      for (const scale of [2 ** -7, 1, 2 ** 30]) {
        check(next(bound * scale, -1n));
        check(next(bound * scale, 1n));
      }
    }
    for (let step = 1; step <= 5000; step++) check(step / 256);
    expect(wrong).toEqual([]);
  });

  it('puts a power of two into the bucket that ends with it', () => {
    expect([0.5, 1, 2, 4].map(indexOf)).toEqual([-33, -1, 31, 63]);
    expect([-33, -1, 31, 63].map(upperBound)).toEqual([0.5, 1, 2, 4]);
  });

  it('is that of a Prometheus native histogram of schema 5, whose indexes are one more', () => {
    for (let index = -2000; index <= 2000; index++) {
      const prometheusUpperBound = 2 ** ((index + 1) / 32);
      expect(Math.abs(upperBound(index) / prometheusUpperBound - 1)).toBeLessThan(1e-14);
    }
  });

  it('reaches from the smallest positive double to the largest', () => {
    expect([indexOf(Number.MIN_VALUE), indexOf(Number.MAX_VALUE)]).toEqual([MIN_INDEX, MAX_INDEX]);
    expect([lowerBound(MIN_INDEX), upperBound(MAX_INDEX)]).toEqual([0, Number.MAX_VALUE]);
    expect(MAX_INDEX - MIN_INDEX + 1).toBe(67_137);
  });

  it('has a midpoint in every bucket that is within 1.0831 % of all its values', () => {
    let worst = 0;
    for (let index = indexOf(2 ** -1021); index <= MAX_INDEX; index++) {
      const middle = midpoint(index);
      worst = Math.max(worst, middle / lowerBound(index) - 1, 1 - middle / upperBound(index));
    }
    expect(worst).toBeLessThan(0.010831);
  });
});

/** The double that is this many steps after a positive one. */
function next(value: number, steps: bigint): number {
  const double = new DataView(new ArrayBuffer(8));
  double.setFloat64(0, value);
  double.setBigInt64(0, double.getBigInt64(0) + steps);
  return double.getFloat64(0);
}
