import type { JobMetrics } from './job-metrics.js';

/** Milliseconds after which a run that is due and has not started is missed. Until then, it is late. */
const GRACE = 5000;

/** When a job runs. Times are milliseconds since 1970. */
export interface Timetable {
  /**
   * When it is due next; `undefined` if it does not run again.
   *
   * @param last the time that it was due before: a timer may run a millisecond early.
   */
  next(now: number, last: number | undefined): number | undefined;
  /** How often it was due after the time that {@link next} gave, until another time. */
  countAfter(due: number, until: number): number;
  /** Changes when the timetable does: then nothing was missed. */
  version(): unknown;
}

/**
 * Knows when a job is due next, and counts the runs that it has missed. It has no timer: it compares the times when a run
 * starts, and before each read.
 */
export class DueTracker {
  private due: number | undefined;
  private version: unknown;

  constructor(
    private readonly job: JobMetrics,
    private readonly timetable: Timetable,
  ) {
    this.plan(Date.now());
  }

  /** A run has started. */
  onStart(): void {
    const now = Date.now();
    // This run is the one that was due. Those that were due after it will not start any more.
    if (this.due !== undefined && this.version === this.timetable.version())
      this.job.miss(this.timetable.countAfter(this.due, now - GRACE));
    this.plan(now);
  }

  /** A run that was due is skipped. */
  onSkip(): void {
    this.job.miss();
    this.onStart();
  }

  onRead(): void {
    const now = Date.now();
    if (this.version === this.timetable.version()) {
      if (this.due === undefined || now < this.due + GRACE) return;
      this.job.miss(1 + this.timetable.countAfter(this.due, now - GRACE));
    }
    this.plan(now);
  }

  /** The job will not run again. */
  stop(): void {
    this.job.due(undefined);
  }

  private plan(now: number): void {
    this.version = this.timetable.version();
    this.due = this.timetable.next(now, this.due);
    this.job.due(this.due);
  }
}
