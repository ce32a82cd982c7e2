import type { TimeSource } from './time-source.js';

/** A difference between two clocks of more milliseconds is no imprecision. */
const TOLERANCE = 2000;

/**
 * Time that never goes back, whatever the wall clock is set to, and that also passes while the machine sleeps. Steps of the
 * history are counted on it, and their wall time is only computed for the reader.
 */
export class SteadyClock {
  private readonly monotonicStart: number;
  private readonly bootStart: number | undefined;
  /** Milliseconds in which the machine has slept and the monotonic clock stood still. */
  private slept = 0;
  private wallOffset: number;

  constructor(private readonly time: TimeSource) {
    this.monotonicStart = time.monotonic();
    this.bootStart = this.sinceBoot();
    this.wallOffset = time.wall() - this.now();
  }

  /** Milliseconds since this clock was made. */
  now(): number {
    return this.time.monotonic() - this.monotonicStart + this.slept;
  }

  /** A moment of this clock in milliseconds since 1970. */
  wallTimeOf(moment: number): number {
    return Math.round(moment + this.time.wall() - this.now());
  }

  /** A time in milliseconds since 1970 as a moment of this clock. */
  momentOf(wallTime: number): number {
    return wallTime - this.time.wall() + this.now();
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
    const offset = this.time.wall() - this.now();
    const wasSet = Math.abs(offset - this.wallOffset) > TOLERANCE;
    // Also when it was not: a clock that is corrected slowly is not set.
    this.wallOffset = offset;
    return wasSet;
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
