import type { Series, SeriesHome } from './series/family.js';
import type { WindowSegment } from './window-segment.js';

/**
 * A number that goes up and down: the current value of something. It also stores the lowest and highest value that it was
 * set to since the last {@link Gauge.takeSegment}.
 */
export class Gauge implements Series {
  private current = Number.NaN;
  private min = Infinity;
  private max = -Infinity;

  constructor(
    protected readonly home: SeriesHome,
    readonly labels: string,
  ) {}

  /** Whether a gauge can be set to this value: any finite number. */
  static accepts(value: unknown): value is number {
    return Number.isFinite(value);
  }

  /** `NaN` for a gauge that was never set. */
  get value(): number {
    return this.current;
  }

  /** Sets the gauge. Anything but a finite number is dropped. */
  set(value: number): void {
    if (!Gauge.accepts(value)) {
      this.home.refuse(value);
      return;
    }
    this.current = value;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
  }

  /** Gives the gauge a value before it is first set. The extremes do not include it. */
  begin(value: number): void {
    this.current = value;
  }

  retire(next: () => this, current: () => this | undefined): void {
    this.set = (value) => next().set(value);
    Object.defineProperty(this, 'value', { get: () => current()?.value ?? Number.NaN });
  }

  /** Ends the segment: the extremes since the last call, or `undefined` if the gauge was not set since. */
  takeSegment(): WindowSegment | undefined {
    if (this.min === Infinity) return undefined;
    const segment = { min: this.min, max: this.max };
    this.min = Infinity;
    this.max = -Infinity;
    return segment;
  }
}
