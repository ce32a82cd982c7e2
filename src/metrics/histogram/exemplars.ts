import type { Exemplar } from './exemplar.js';
import { indexOf, SCALE } from './exponential-layout.js';

/**
 * The lowest and highest bucket `e` of the values from 2^e to 2^(e+1): one bucket for each bound that exporters use by
 * default, and one above them. The outermost buckets also have all values beyond them.
 */
const [LOWEST, HIGHEST] = [-15, 30] as const;

/**
 * The latest exemplar in each bucket of one histogram: in its classic buckets or, without them, in one bucket for each power
 * of two, which is what text formats write. The exponential buckets are too many.
 */
export class Exemplars implements Iterable<Exemplar> {
  private readonly byBucket = new Map<number, Exemplar>();

  constructor(private readonly bounds: readonly number[] | undefined) {}

  add(exemplar: Exemplar): void {
    this.byBucket.set(this.bucketOf(exemplar.value), exemplar);
  }

  [Symbol.iterator](): Iterator<Exemplar> {
    return this.byBucket.values();
  }

  private bucketOf(value: number): number {
    if (this.bounds !== undefined) return this.bounds.findIndex((bound) => value <= bound);
    return value > 0 ? Math.min(Math.max(indexOf(value) >> SCALE, LOWEST), HIGHEST) : LOWEST;
  }
}
