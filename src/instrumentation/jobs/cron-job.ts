import { CronRun } from './cron-run.js';
import type { DueTracker, Timetable } from './due-tracker.js';
import type { JobMetrics } from './job-metrics.js';
import type { AnyFunction, CronDate, CronJob } from './schedule.types.js';

/** Maximum number of runs that are counted as missed at once: each date takes `cron` about 50 µs. */
const MAX_COUNTED = 100;

/** When a `CronJob` runs. */
export class CronTimetable implements Timetable {
  private date: CronDate | undefined;

  constructor(private readonly job: CronJob) {}

  now(): number {
    return Date.now();
  }

  dateOf(time: number): number {
    return time;
  }

  next(_now: number, last: number | undefined): number | undefined {
    const { job } = this;
    this.date = undefined;
    if (!isActive(job)) return undefined;
    try {
      const date = job.nextDate();
      this.date = last !== undefined && date.toMillis() <= last ? this.dateAfter(date) : date;
    } catch {
      // A job that runs once, at a time that has passed.
    }
    return this.date?.toMillis();
  }

  dueNow(due: number | undefined): number | undefined {
    return due;
  }

  countAfter(due: number, until: number): number {
    let count = 0;
    try {
      let date = this.date?.toMillis() === due ? this.dateAfter(this.date) : undefined;
      while (date !== undefined && date.toMillis() <= until && count < MAX_COUNTED) {
        count++;
        date = this.dateAfter(date);
      }
    } catch {
      // A job without a further date.
    }
    return count;
  }

  private dateAfter(date: CronDate): CronDate | undefined {
    const { cronTime } = this.job;
    return cronTime?.realDate === true ? undefined : cronTime?.getNextDateFrom?.(date);
  }

  version(): unknown {
    return isActive(this.job) ? this.job.cronTime : undefined;
  }
}

function isActive({ isActive: active, running }: CronJob): boolean {
  return active ?? running ?? true;
}

/** A job that is measured. The application can add it to the `SchedulerRegistry` again, also under another name. */
export interface MeasuredJob {
  metrics: JobMetrics;
  /** Set when the job is mounted. */
  tracker?: DueTracker;
  /** Whether its runs are measured in the decorated method. */
  readonly isDecorated: boolean;
}

/**
 * Measures a `CronJob` that the application has created itself. `fireOnTick()` catches what the callbacks throw, and does not
 * wait for their promises unless `waitForCompletion` is set. So the outcome of a run is taken from its callbacks.
 */
export function measureCronJob(job: CronJob, measured: MeasuredJob): void {
  const fire = job.fireOnTick.bind(job);
  const wrapped = new WeakSet<object>();
  // Without `waitForCompletion` the callbacks of a run are called one after the other, at once; with it, there is one run at a time.
  let current: CronRun | undefined;

  const wrap = (callback: AnyFunction): AnyFunction => {
    const replacement: AnyFunction = function (this: unknown, ...args) {
      const call = () => callback.apply(this, args);
      return current === undefined ? call() : current.call(call);
    };
    wrapped.add(replacement);
    return replacement;
  };

  const wrapCallbacks = (): void => {
    const { _callbacks: callbacks } = job;
    if (!Array.isArray(callbacks)) return;
    for (const [at, callback] of callbacks.entries()) {
      if (typeof callback === 'function' && !wrapped.has(callback))
        callbacks[at] = wrap(callback as AnyFunction);
    }
  };

  job.fireOnTick = async () => {
    // In this case, `cron` skips the run.
    if (job.waitForCompletion === true && job.isCallbackRunning === true) {
      measured.tracker?.onSkip();
      return;
    }
    measured.tracker?.onStart();
    const run = new CronRun(measured.metrics.begin());
    // A callback may have been added since the last run.
    wrapCallbacks();
    try {
      current = run;
      await fire();
    } finally {
      run.end();
    }
  };
}

/** For a job of a decorator. Its runs are measured in its method, which a skipped run does not call. */
export function countSkippedRuns(job: CronJob, measured: MeasuredJob): void {
  const fire = job.fireOnTick.bind(job);
  job.fireOnTick = () => {
    if (job.waitForCompletion === true && job.isCallbackRunning === true) measured.tracker?.onSkip();
    return fire();
  };
}
