/** Milliseconds: a stretch that is still going on is worth to be seen from there on. */
const WORTH_SEEING = 1;

/** Stands for the length of a stretch that there was not. */
const NONE = -1;

/** A stretch that somebody has seen before it ended is seen again if it has become so many times as long. */
const GROWTH = 1.1;

/** Makes samples of stretches, in milliseconds: of many only the longest, and none twice. */
export class StretchSamples {
  /** The longest one that has ended since the last sample; {@link NONE} if there was none. */
  private longest = NONE;
  /** How much of the one that is going on was seen already. */
  private seen = 0;

  constructor(private readonly observe: (seconds: number) => unknown) {}

  /** Begins anew. */
  clear(): void {
    this.longest = NONE;
    this.seen = 0;
  }

  /** A stretch has ended, and was so long. */
  end(length: number): void {
    // What was seen already is not seen once more.
    if (this.seen === 0 || length > this.seen * GROWTH) this.longest = Math.max(this.longest, length);
    this.seen = 0;
  }

  /** Gives the longest of those that have ended. */
  flush(): void {
    if (this.longest >= 0) this.observe(this.longest / 1000);
    this.longest = NONE;
  }

  /** Gives one that is so long by now, and has not ended. */
  show(length: number): void {
    if (length < WORTH_SEEING || length <= this.seen * GROWTH) return;
    this.seen = length;
    this.observe(length / 1000);
  }
}
