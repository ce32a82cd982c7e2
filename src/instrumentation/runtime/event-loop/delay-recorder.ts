/** Milliseconds: a delay that has not ended is recorded from this length on. */
const MIN_UNENDED = 1;

/** A delay that was recorded before it ended is recorded again if it ends up longer by this factor. */
const GROWTH = 1.1;

/** Turns delays, in milliseconds, into samples, in seconds: the longest of several, and none twice. */
export class DelayRecorder {
  /** The longest that has ended since the last sample. */
  private longest: number | undefined;
  /** The part of the current delay that was recorded. */
  private recorded = 0;

  constructor(private readonly observe: (seconds: number) => unknown) {}

  /** A delay has ended. */
  end(length: number): void {
    if (this.recorded === 0 || length > this.recorded * GROWTH) {
      this.longest = Math.max(this.longest ?? 0, length);
    }
    this.recorded = 0;
  }

  /** Records the longest delay that has ended. */
  record(): void {
    const { longest } = this;
    this.longest = undefined;
    if (longest !== undefined) this.observe(longest / 1000);
  }

  /** Records a delay that has not ended yet. */
  recordUnended(length: number): void {
    if (length < MIN_UNENDED || length <= this.recorded * GROWTH) return;
    this.recorded = length;
    this.observe(length / 1000);
  }
}
