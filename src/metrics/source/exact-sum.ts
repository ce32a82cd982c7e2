import { roundingError } from '../histogram/compensated-sum.js';

/**
 * The sum of numbers that are not negative, the same in whatever order they come. Else a total that two processes add up in
 * different orders could seem to fall, in its last bit, and a counter that falls has started again.
 */
export function exactSum(values: readonly number[]): number {
  if (values.every((value) => Number.isInteger(value))) return values.reduce((sum, value) => sum + value, 0);
  // Kahan and Babuska's sum, as Neumaier improved it.
  let [sum, lost] = [0, 0];
  for (const value of values.toSorted((a, b) => a - b)) {
    const next = sum + value;
    lost += roundingError(sum, value, next);
    sum = next;
  }
  return sum + lost;
}
