import type { TimeSource } from './time-source.js';

/** Milliseconds. A larger difference between two clocks is not imprecision. */
const TOLERANCE = 2000;

/** Milliseconds. A larger change of one clock is not imprecision either. */
const CORRECTION = 20;

/**
 * A clock that never goes back, also when the wall clock is set, and that goes on while the machine sleeps. Steps of the
 * history are counted on it. Their wall time is computed only for the reader.
 */
export class SteadyClock {
  private readonly monotonicStart: number;
  private readonly bootStart: number | undefined;
  /** Milliseconds in which the machine has slept and the monotonic clock stood still. */
  private slept = 0;
  /** What is added for the wall time, in whole milliseconds. It stays the same where it can, so that a moment has one time. */
  private wallOffset: number;

  constructor(private readonly time: TimeSource) {
    this.monotonicStart = time.monotonic();
    this.bootStart = this.sinceBoot();
    this.wallOffset = Math.round(time.wall() - this.now());
  }

  /** Milliseconds since this clock was made. */
  now(): number {
    return this.time.monotonic() - this.monotonicStart + this.slept;
  }

  /** A moment of this clock in milliseconds since 1970. */
  wallTimeOf(moment: number): number {
    return moment + this.wallOffset;
  }

  /**
   * Finds out whether the machine has slept, and whether the wall clock was set. To be called regularly.
   *
   * @returns whether the wall clock was set since the last call.
   */
  synchronize(): boolean {
    const sinceBoot = this.sinceBoot();
    if (sinceBoot !== undefined && this.bootStart !== undefined) {
      const missing = sinceBoot - this.bootStart - this.now();
      if (missing > TOLERANCE) this.slept += missing;
    }
    const offset = Math.round(this.time.wall() - this.now());
    const difference = Math.abs(offset - this.wallOffset);
    // A clock that is corrected slowly is followed as well.
    if (difference > CORRECTION) this.wallOffset = offset;
    return difference > TOLERANCE;
  }

  private sinceBoot(): number | undefined {
    try {
      return this.time.sinceBoot();
    } catch {
      // Where /proc is hidden or not permitted. Then a time in which the machine slept is not seen.
      return undefined;
    }
  }
}
