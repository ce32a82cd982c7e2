import type { ObserveOptions } from './exemplar.js';
import { copyExemplar } from './exemplar.js';
import type { Series, SeriesHome } from '../series/family.js';
import { REMOVED } from '../series/family.js';
import { Histogram } from './histogram.js';

/** One series of a histogram in a registry. */
export class HistogramSeries extends Histogram implements Series {
  readonly startTime: number | undefined;

  constructor(
    protected readonly home: SeriesHome,
    readonly labels: string,
    bounds?: readonly number[],
  ) {
    super({ bounds });
    this.startTime = home.startTime;
  }

  /** Whether a histogram can record this value: any finite number. */
  static accepts(value: unknown): value is number {
    return Number.isFinite(value);
  }

  get identity(): object {
    return this;
  }

  /** Records a value. Anything but a finite number is dropped. */
  override observe(value: number, options?: ObserveOptions): boolean {
    const isTaken = super.observe(value);
    if (!isTaken) this.home.refuse(value);
    else if (options !== undefined) this.addExemplar(value, options);
    return isTaken;
  }

  retire(next: () => this, current: () => this | undefined): void {
    this.observe = (value, options) => next().observe(value, options);
    Object.defineProperty(this, 'count', { get: () => current()?.count ?? 0 });
    Object.defineProperty(this, 'identity', { value: REMOVED });
  }

  private addExemplar(value: number, options: unknown): void {
    let given: unknown;
    try {
      given = (options as ObserveOptions | null)?.exemplar;
      if (given === undefined) return;
      const labels = copyExemplar(given);
      if (labels !== undefined) return this.mark(value, labels);
    } catch {
      // A getter threw.
    }
    this.home.refuseExemplar(given);
  }
}
