import type { Counter } from '../../metrics/counter.js';
import type { HistogramSeries } from '../../metrics/histogram/histogram-series.js';
import type { Recognise, WatchContext, Watcher } from './watcher.js';
import { hasMethods } from './watcher.js';

/** The used parts of a `Job`. Times are milliseconds since 1970. */
interface Job {
  readonly timestamp?: number;
  /** 0 as soon as the delay is over. */
  readonly delay?: number;
  /** As the job was added. */
  readonly opts?: { readonly delay?: number };
  readonly processedOn?: number;
  readonly finishedOn?: number;
  readonly attemptsStarted?: number;
  readonly attemptsMade?: number;
  /** One for each attempt that has failed. */
  readonly stacktrace?: readonly unknown[] | null;
}

interface Worker {
  readonly name?: unknown;
  on(event: string, listener: (job?: Job) => void): unknown;
  off(event: string, listener: (job?: Job) => void): unknown;
}

export const recogniseWorker: Recognise = (thing, context) =>
  hasMethods(thing, 'getNextJob', 'on', 'off')
    ? new WorkerWatcher(thing as unknown as Worker, context)
    : undefined;

/** A `Worker` of BullMQ. */
class WorkerWatcher implements Watcher {
  readonly key: string;
  private readonly ok: Counter;
  private readonly error: Counter;
  private readonly duration: HistogramSeries;
  private readonly wait: HistogramSeries;
  private readonly listeners = {
    active: (job?: Job) => this.onActive(job),
    completed: (job?: Job) => this.onEnd(this.ok, job),
    failed: (job?: Job) => this.onEnd(this.error, job),
  };

  constructor(
    private readonly worker: Worker,
    { name = String(worker.name), registry }: WatchContext,
  ) {
    this.key = `worker ${name}`;
    const labels = { queue: name };
    this.ok = registry.ownCounter('queue_jobs_processed', { ...labels, outcome: 'ok' });
    this.error = registry.ownCounter('queue_jobs_processed', { ...labels, outcome: 'error' });
    this.duration = registry.ownHistogram('queue_job_duration', labels);
    this.wait = registry.ownHistogram('queue_job_wait', labels);
    for (const [event, listener] of Object.entries(this.listeners)) worker.on(event, listener);
  }

  stop(): void {
    for (const [event, listener] of Object.entries(this.listeners)) this.worker.off(event, listener);
  }

  private onActive(job: Job = {}): void {
    const { timestamp, delay, opts, processedOn = Date.now() } = job;
    if (timestamp === undefined || !isFirstAttempt(job)) return;
    this.wait.observe(secondsBetween(timestamp + (delay || opts?.delay || 0), processedOn));
  }

  private onEnd(counter: Counter, { processedOn, finishedOn = Date.now() }: Job = {}): void {
    counter.inc();
    if (processedOn !== undefined) this.duration.observe(secondsBetween(processedOn, finishedOn));
  }
}

/** BullMQ does not record when the job of a retry became ready. `job.retry()` can reset its counts, and leaves the stack traces. */
function isFirstAttempt({ attemptsStarted = 1, attemptsMade = 0, stacktrace }: Job): boolean {
  return attemptsStarted <= 1 && attemptsMade === 0 && (stacktrace?.length ?? 0) === 0;
}

/** Not negative: the clocks of two machines differ. */
function secondsBetween(begin: number, end: number): number {
  return Math.max(0, end - begin) / 1000;
}
