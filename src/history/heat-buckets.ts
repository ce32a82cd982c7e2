import { SCALE } from '../metrics/histogram/exponential-layout.js';
import type { Distribution } from './distribution.js';

/** The exponents of the lowest and the highest bound, which are powers of two: 0.98 ms and 4 s for seconds. */
const [LOWEST, HIGHEST] = [-10, 2];

/** Upper bounds of the buckets of a heat map. One more bucket has the values above. */
export const HEAT_BOUNDS: readonly number[] = Array.from(
  { length: HIGHEST - LOWEST + 1 },
  (_, at) => 2 ** (LOWEST + at),
);

export const HEAT_BUCKETS = HEAT_BOUNDS.length + 1;

/** The values in buckets of a factor of two. They are exact: every power of two is a bound of the histogram's own buckets. */
export function fillHeat({ count, positive }: Distribution, heat: Uint32Array): void {
  heat.fill(0);
  let above = 0;
  for (let index = positive.first; index <= positive.last; index++) {
    const values = positive.at(index);
    if (values === 0) continue;
    // The bucket holds what is greater than 2^power and at most 2^(power + 1).
    const bucket = Math.min(Math.max((index >> SCALE) + 1 - LOWEST, 0), HEAT_BUCKETS - 1);
    heat[bucket] = (heat[bucket] ?? 0) + values;
    above += values;
  }
  // Zero and negative values.
  heat[0] = (heat[0] ?? 0) + count - above;
}
