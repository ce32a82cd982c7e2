/**
 * A sum of doubles, and what rounding took from it: the two together hold about 106 bits. So a sum is right to the
 * last bit of its {@link value}, in whatever order and grouping it was put together, unless its terms cancel each
 * other to less than a trillionth.
 *
 * Sources: Knuth's TwoSum, and the accurate sum of two double-doubles in Joldes, Muller and Popescu, "Tight and
 * rigorous error bounds for basic building blocks of double-word arithmetic" (2017), algorithm 6.
 */
export class CompensatedSum {
  private constructor(
    /** The sum as the nearest double. Past the greatest one, it stays at that. */
    readonly value: number,
    /** What is to be added to the value to have the whole sum: less than half its last bit. */
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

/** What `a + b` has lost by being rounded to `sum`: a double, exactly, for any finite three of them. */
export function roundingError(a: number, b: number, sum: number): number {
  const bRounded = sum - a;
  return a - (sum - bRounded) + (b - bRounded);
}
