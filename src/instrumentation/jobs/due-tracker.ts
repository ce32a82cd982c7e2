import type { JobMetrics } from './job-metrics.js';

/** Milliseconds after which a run that is due and has not started is missed. Until then, it is late. */
const GRACE = 5000;

/** The date of the next run is corrected when it has changed by this number of milliseconds: the wall clock was set. */
const TOLERANCE = 1000;

/** When a job runs. */
export interface Timetable {
  /** The time by the clock that the job runs by, in milliseconds. All other times here are of this clock. */
  now(): number;
  /** A time by the wall clock, in milliseconds since 1970. */
  dateOf(time: number): number;
  /**
   * When the job is due next; `undefined` if it does not run again.
   *
   * @param last the time that it was due before: a timer may run a millisecond early.
   */
  next(now: number, last: number | undefined): number | undefined;
  /** When the job is due for which {@link next} has returned `due`: at another time if its timer was started again. */
  dueNow(due: number | undefined): number | undefined;
  /** How often the job was due after the time that {@link next} returned, until another time. */
  countAfter(due: number, until: number): number;
  /** Changes when the timetable does. In that case, no run counts as missed. */
  version(): unknown;
}

/**
 * Tracks when a job is due next, and counts the runs that it has missed. It has no timer: it compares the times when a run
 * starts, and before each read.
 */
export class DueTracker {
  private due: number | undefined;
  private version: unknown;
  /** What `job_next_run` shows. */
  private date: number | undefined;

  constructor(
    private readonly job: JobMetrics,
    private readonly timetable: Timetable,
  ) {
    this.plan(timetable.now());
  }

  /** A run has started. */
  onStart(): void {
    const now = this.timetable.now();
    if (this.version === this.timetable.version()) {
      this.due = this.timetable.dueNow(this.due);
      // This run is the one that was due. Those that were due after it will not start any more.
      if (this.due !== undefined) this.job.miss(this.timetable.countAfter(this.due, now - GRACE));
    }
    this.plan(now);
  }

  /** A run that was due is skipped. */
  onSkip(): void {
    this.job.miss();
    this.onStart();
  }

  onRead(): void {
    const now = this.timetable.now();
    if (this.version === this.timetable.version()) {
      this.due = this.timetable.dueNow(this.due);
      if (this.due === undefined) return;
      if (now < this.due + GRACE) return this.showDate(this.due);
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
    this.date = undefined;
    if (this.due === undefined) this.job.due(undefined);
    else this.showDate(this.due);
  }

  private showDate(due: number): void {
    const date = this.timetable.dateOf(due);
    const shown = this.job.hasNextRun ? this.date : undefined;
    if (shown !== undefined && Math.abs(date - shown) < TOLERANCE) return;
    this.date = date;
    this.job.due(date);
  }
}
