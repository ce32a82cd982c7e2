import { isPromise } from '../../common/promise.js';
import type { Timetable } from './due-tracker.js';
import type { JobMetrics } from './job-metrics.js';
import type { AnyFunction, CronDate, CronJob } from './schedule.types.js';

/** When a `CronJob` runs. */
export class CronTimetable implements Timetable {
  private date: CronDate | undefined;

  constructor(private readonly job: CronJob) {}

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

  following(due: number): number | undefined {
    try {
      return this.date?.toMillis() === due ? this.dateAfter(this.date)?.toMillis() : undefined;
    } catch {
      return undefined;
    }
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

interface Run {
  isOk: boolean;
  readonly pending: PromiseLike<unknown>[];
}

/**
 * Measures a `CronJob` that the application has made itself. `fireOnTick()` catches what the callbacks throw, and does not
 * wait for their promises unless `waitForCompletion` is set: so the callbacks tell how a run has ended.
 */
export function measureCronJob(job: CronJob, metrics: JobMetrics, onStart: () => void): void {
  const fire = job.fireOnTick.bind(job);
  const wrapped = new WeakSet<object>();
  // Without `waitForCompletion` the callbacks of a run are called one after the other, at once; with it, there is one run at a time.
  let current: Run | undefined;

  const wrap = (callback: AnyFunction): AnyFunction => {
    const measured: AnyFunction = function (this: unknown, ...args) {
      const run = current;
      try {
        const result = callback.apply(this, args);
        if (isPromise(result)) run?.pending.push(result.then(undefined, () => void (run.isOk = false)));
        return result;
      } catch (thrown) {
        if (run !== undefined) run.isOk = false;
        throw thrown;
      }
    };
    wrapped.add(measured);
    return measured;
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
    // `cron` does nothing then.
    if (job.waitForCompletion === true && job.isCallbackRunning === true) {
      metrics.miss();
      return;
    }
    onStart();
    const end = metrics.begin();
    const run: Run = { isOk: true, pending: [] };
    // A callback may have been added.
    wrapCallbacks();
    try {
      current = run;
      await fire();
    } finally {
      void Promise.all(run.pending).then(() => end(run.isOk));
    }
  };
}

/** For a job of a decorator, whose runs are measured by its method: what is skipped is seen nowhere else. */
export function countSkippedRuns(job: CronJob, metrics: JobMetrics): void {
  const fire = job.fireOnTick.bind(job);
  job.fireOnTick = () => {
    if (job.waitForCompletion === true && job.isCallbackRunning === true) metrics.miss();
    return fire();
  };
}
