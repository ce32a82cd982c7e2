import type { Exemplar } from '../../metrics/histogram/exemplar.js';

/**
 * The latest exemplar in each classic bucket, by the index of its bound. The bucket +Inf has the index after the last bound.
 *
 * @param bounds ascending.
 */
export function exemplarsByBucket(
  exemplars: Iterable<Exemplar>,
  bounds: readonly number[],
): Map<number, Exemplar> {
  const byBucket = new Map<number, Exemplar>();
  for (const exemplar of exemplars) {
    const found = bounds.findIndex((bound) => exemplar.value <= bound);
    const at = found < 0 ? bounds.length : found;
    const other = byBucket.get(at);
    if (other === undefined || other.time <= exemplar.time) byBucket.set(at, exemplar);
  }
  return byBucket;
}
