/**
 * A sum of doubles together with its rounding error, about 106 bits. So {@link value} is exact to the last bit, for any
 * order of the terms, unless they cancel each other out to less than a trillionth.
 *
 * Sources: Knuth's TwoSum, and the accurate sum of two double-doubles in Joldes, Muller and Popescu, "Tight and
 * rigorous error bounds for basic building blocks of double-word arithmetic" (2017), algorithm 6.
 */
export class CompensatedSum {
  private constructor(
    /** The sum as the nearest double; at most the largest double. */
    readonly value: number,
    /** The rest of the sum: less than half the last bit of the value. */
    readonly remainder: number,
  ) {}

  /** The sum of two doubles. */
  static of(a: number, b: number): CompensatedSum {
    const value = a + b;
    if (Math.abs(value) === Infinity) return new CompensatedSum(Math.sign(value) * Number.MAX_VALUE, 0);
    return new CompensatedSum(value, roundingError(a, b, value));
  }

  plus(other: CompensatedSum): CompensatedSum {
    const high = CompensatedSum.of(this.value, other.value);
    const low = CompensatedSum.of(this.remainder, other.remainder);
    const sum = CompensatedSum.of(high.value, high.remainder + low.value);
    return CompensatedSum.of(sum.value, sum.remainder + low.remainder);
  }

  minus(other: CompensatedSum): CompensatedSum {
    return this.plus(new CompensatedSum(-other.value, -other.remainder));
  }
}

/** What `a + b` loses by being rounded to `sum`. It is exact for any finite numbers. */
export function roundingError(a: number, b: number, sum: number): number {
  const bRounded = sum - a;
  return a - (sum - bRounded) + (b - bRounded);
}
