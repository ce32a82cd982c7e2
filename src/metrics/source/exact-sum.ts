import { roundingError } from '../histogram/compensated-sum.js';

/**
 * The sum of numbers that are not negative, the same for any order of the numbers. Otherwise, a total that two processes add
 * up in different orders could differ in its last bit and seem to fall, which would be taken for a reset of the counter.
 */
export function exactSum(values: readonly number[]): number {
  if (values.every((value) => Number.isInteger(value))) return values.reduce((sum, value) => sum + value, 0);
  // The Kahan-Babuska sum with Neumaier's improvement.
  let [sum, lost] = [0, 0];
  for (const value of values.toSorted((a, b) => a - b)) {
    const next = sum + value;
    lost += roundingError(sum, value, next);
    sum = next;
  }
  return sum + lost;
}
