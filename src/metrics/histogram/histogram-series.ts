import type { Series, SeriesHome } from '../series/family.js';
import { Histogram } from './histogram.js';

/** One series of a histogram in a registry. */
export class HistogramSeries extends Histogram implements Series {
  constructor(
    protected readonly home: SeriesHome,
    readonly labels: string,
    bounds?: readonly number[],
  ) {
    super({ bounds });
  }

  /** Whether a histogram can record this value: any finite number. */
  static accepts(value: unknown): value is number {
    return Number.isFinite(value);
  }

  /** Records a value. Anything but a finite number is dropped. */
  override observe(value: number): boolean {
    const isTaken = super.observe(value);
    if (!isTaken) this.home.refuse(value);
    return isTaken;
  }

  retire(next: () => this): void {
    this.observe = (value) => next().observe(value);
  }
}
