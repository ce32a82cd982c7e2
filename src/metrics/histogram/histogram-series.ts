import type { Series, SeriesHome } from '../series/family.js';
import { Histogram } from './histogram.js';

/** A histogram among those of a registry. */
export class HistogramSeries extends Histogram implements Series {
  constructor(
    protected readonly home: SeriesHome,
    readonly labels: string,
    bounds?: readonly number[],
    /** Whether the document lists its classic buckets. An exporter that knows what to do with them does, in any case. */
    readonly listsBuckets = true,
  ) {
    super({ bounds });
  }

  /** Whether a value can be recorded: any finite number. */
  static accepts(value: unknown): value is number {
    return Number.isFinite(value);
  }

  /** Records a value. Anything but a finite number is dropped. */
  override observe(value: number): boolean {
    const isTaken = super.observe(value);
    if (!isTaken) this.home.refuse(value);
    return isTaken;
  }
}
