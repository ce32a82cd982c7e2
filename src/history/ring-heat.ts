import { HEAT_BUCKETS } from './heat-buckets.js';

/** The most recent distributions of one histogram, in the buckets of a heat map. */
export class RingHeat {
  private readonly counts: Uint32Array;

  constructor(private readonly capacity: number) {
    this.counts = new Uint32Array(capacity * HEAT_BUCKETS);
  }

  /** @param heat `undefined` for a step in which nothing was read. */
  set(row: number, heat: Uint32Array | undefined): void {
    const start = (row % this.capacity) * HEAT_BUCKETS;
    if (heat === undefined) this.counts.fill(0, start, start + HEAT_BUCKETS);
    else this.counts.set(heat, start);
  }

  get(row: number): number[] {
    const start = (row % this.capacity) * HEAT_BUCKETS;
    return Array.from(this.counts.subarray(start, start + HEAT_BUCKETS));
  }
}
