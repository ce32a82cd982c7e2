import type { Clock } from './clock.js';
import { monotonicClock } from './clock.js';
import { logSafely } from './log-safely.js';
import { describeThrown } from './show-value.js';

/** Milliseconds from the first line about an outage to the next one, doubled with each line, and their maximum. */
const [FIRST_PAUSE, LONGEST_PAUSE] = [60_000, 3_600_000];

/** Milliseconds without a failure, after a success, that end an outage. Intermittent failures are one outage. */
const OUTAGE_GAP = 600_000;

/** The log lines about something that fails repeatedly. */
export interface FailureTexts {
  /** The first failure of an outage. */
  failed(reason: string): string;
  /**
   * A summary of an outage that continues.
   *
   * @param count failures since the outage began.
   * @param duration since then, such as `12 min`.
   */
  failedAgain(count: number, duration: string, reason: string): string;
  /** The first success after failures. */
  worksAgain(count: number, duration: string): string;
}

/** Where the lines are logged. */
export interface FailureSink {
  failure(text: string, stack?: string): void;
  recovery(text: string): void;
}

/**
 * Logs the failures of something that is called repeatedly, such as a publisher, without flooding the log: the first
 * failure with its stack, then a summary with the count after 1, 2, 4, ... minutes and at most once an hour, and one line
 * when it works again.
 *
 * It has no timer: a summary is logged with the first failure after the pause.
 */
export class FailureLog {
  private count = 0;
  private firstAt = 0;
  private lastAt = 0;
  private pause = FIRST_PAUSE;
  private nextAt = 0;
  private hasWorked = true;
  /** Whether a failure has been logged since the last recovery. */
  private isReported = false;

  constructor(
    private readonly texts: FailureTexts,
    private readonly sink: FailureSink,
    private readonly clock: Clock = monotonicClock,
  ) {}

  /** Reports a failure by the thrown value. */
  failed(thrown: unknown): void {
    const { message, stack } = describeThrown(thrown);
    this.failedFor(message, stack);
  }

  /** Reports a failure for which nothing was thrown. */
  failedFor(reason: string, stack?: string): void {
    const now = this.clock();
    if (this.count === 0 || (this.hasWorked && now - this.lastAt >= OUTAGE_GAP)) {
      this.count = 1;
      this.firstAt = now;
      this.pause = FIRST_PAUSE;
      this.report(now, () => this.sink.failure(this.texts.failed(reason), stack));
    } else {
      this.count++;
      if (now >= this.nextAt) {
        this.pause = Math.min(2 * this.pause, LONGEST_PAUSE);
        const duration = durationOf(now - this.firstAt);
        this.report(now, () => this.sink.failure(this.texts.failedAgain(this.count, duration, reason)));
      }
    }
    this.lastAt = now;
    this.hasWorked = false;
  }

  /** Reports a success. */
  succeeded(): void {
    this.hasWorked = true;
    if (!this.isReported) return;
    this.isReported = false;
    const duration = durationOf(this.clock() - this.firstAt);
    logSafely(() => this.sink.recovery(this.texts.worksAgain(this.count, duration)));
  }

  private report(now: number, log: () => void): void {
    this.nextAt = now + this.pause;
    this.isReported = true;
    logSafely(log);
  }
}

/** Formats milliseconds for a message, such as `12 min`. */
export function durationOf(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/** Formats a number of failures for a message. */
export function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
