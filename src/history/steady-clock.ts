import type { TimeSource } from './time-source.js';

/** Milliseconds. A larger difference between two clocks means that the machine has slept, or the wall clock was set. */
const CLOCK_TOLERANCE = 2000;

/** Milliseconds. With a clock that goes back this far, a step would not end after the one before it. */
const STEP = 1000;

/** Milliseconds. A larger change of the wall clock is a correction, which is followed. */
const CORRECTION = 20;

/** Whether a change of the wall time, in milliseconds, is more than a correction. */
export function isClockSet(change: number): boolean {
  return change > CLOCK_TOLERANCE || change <= -STEP;
}

/**
 * A clock that never goes back, even if the wall clock is set, and that continues while the machine sleeps. Steps of the
 * history are counted on it. Their wall time is computed only when they are read.
 */
export class SteadyClock {
  private readonly monotonicStart: number;
  private readonly bootStart: number | undefined;
  /** Milliseconds in which the machine has slept and the monotonic clock stood still. */
  private slept = 0;
  /** The offset of the wall time, in whole milliseconds. It changes only if it must, so that a moment always has the same time. */
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
   * Checks whether the machine has slept, and whether the wall clock was set. To be called regularly.
   *
   * @returns whether the wall clock was set since the last call, so that times before and after it cannot be compared.
   */
  synchronize(): boolean {
    const sinceBoot = this.sinceBoot();
    if (sinceBoot !== undefined && this.bootStart !== undefined) {
      const missing = sinceBoot - this.bootStart - this.now();
      if (missing > CLOCK_TOLERANCE) this.slept += missing;
    }
    const offset = Math.round(this.time.wall() - this.now());
    const change = offset - this.wallOffset;
    // Slow corrections of the wall clock are followed as well.
    if (Math.abs(change) > CORRECTION) this.wallOffset = offset;
    return isClockSet(change);
  }

  private sinceBoot(): number | undefined {
    try {
      return this.time.sinceBoot();
    } catch {
      // /proc is hidden or not permitted. Sleep of the machine is not detected then.
      return undefined;
    }
  }
}
