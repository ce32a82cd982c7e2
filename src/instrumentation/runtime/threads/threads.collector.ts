import type { Worker } from 'node:worker_threads';
import type { Clock } from '../../../common/clock.js';
import { realClock } from '../../../common/clock.js';
import { OWN_THREAD } from '../../../common/own-thread.js';
import { realTimers } from '../../../common/real-timers.js';
import type { MetricsRegistry } from '../../../metrics/registry.js';
import type { Collector } from '../collector.js';
import type { ThreadFollower } from '../../../common/started-threads.js';
import { SamplingTimer } from '../sampling-timer.js';
import { followThreads, unfollowThreads } from '../../../common/started-threads.js';
import { removeMetricsOf, WatchedThread } from './watched-thread.js';

/** Maximum number of threads that are watched at once. A pool has about as many as there are cores. */
const MAX_THREADS = 64;

/**
 * Maximum number of ended threads whose metrics stay for the next thread of the same name. With more, those of all of them are
 * removed at once, since clients must read the whole history again after that.
 */
const MAX_ENDED = 16;

/** Milliseconds that a read waits for the answers of the threads. One that computes answers in a few, also while it is busy. */
const MAX_WAIT = 100;

/**
 * Measures the worker threads that the main thread starts, without running code in them: their event loop, and, where Node
 * provides it, their heap and their CPU time.
 */
export class ThreadsCollector implements Collector, ThreadFollower {
  private readonly threads = new Map<Worker, WatchedThread>();
  /** The names of ended threads that have metrics. */
  private readonly ended = new Set<string>();

  constructor(
    private readonly registry: MetricsRegistry,
    private readonly clock: Clock = realClock,
    private readonly sampling: Pick<SamplingTimer, 'start' | 'stop'> = new SamplingTimer(),
  ) {}

  /** Takes over the threads that are remembered. */
  start(): void {
    followThreads(this);
  }

  onStart(worker: Worker): void {
    if (this.threads.size >= MAX_THREADS || OWN_THREAD in worker) return;
    const name = this.nameOf(worker);
    this.ended.delete(name);
    this.threads.set(worker, new WatchedThread(worker, name, this.registry, this.clock));
    // Once a second and not at each read: every reader gets the same.
    this.sampling.start(() => this.measureLoops());
  }

  onEnd(worker: Worker): void {
    const thread = this.threads.get(worker);
    if (thread === undefined) return;
    thread.end();
    this.threads.delete(worker);
    if (this.threads.size === 0) this.sampling.stop();
    this.ended.add(thread.name);
    if (this.ended.size > MAX_ENDED) this.forgetEnded();
  }

  stop(): void {
    unfollowThreads(this);
    this.sampling.stop();
    for (const thread of this.threads.values()) thread.release();
    this.threads.clear();
  }

  /** @returns a promise where there are threads to wait for. It does not wait for one that has not answered the last time. */
  collect(): Promise<void> | undefined {
    const threads = [...this.threads.values()];
    for (const thread of threads) if (!thread.hasUtilization) thread.measureLoop();
    const answers = threads.map((thread) => thread.ask()).filter((answer) => answer !== undefined);
    if (answers.length > 0) return atMost(MAX_WAIT, Promise.all(answers)).then(() => this.dropOldAnswers());
    this.dropOldAnswers();
    return undefined;
  }

  private measureLoops(): void {
    for (const thread of this.threads.values()) thread.measureLoop();
  }

  /** Threads with ever new names would fill the metrics. */
  private forgetEnded(): void {
    for (const name of this.ended) removeMetricsOf(name, this.registry);
    this.ended.clear();
  }

  private dropOldAnswers(): void {
    for (const thread of this.threads.values()) thread.dropOldAnswer();
  }

  /** The name of the thread, or `worker`, with the lowest free number if needed: ids would add series with each new thread. */
  private nameOf({ threadName }: Worker & { readonly threadName?: string | null }): string {
    const taken = new Set([...this.threads.values()].map(({ name }) => name));
    const isNamed = typeof threadName === 'string' && threadName !== '' && threadName !== 'WorkerThread';
    const base = isNamed ? threadName.slice(0, 100) : 'worker';
    if (isNamed && !taken.has(base)) return base;
    for (let number = 1; ; number++) if (!taken.has(`${base} ${number}`)) return `${base} ${number}`;
  }
}

/** Waits for the work, but not longer than that. It may reject only within that time. */
async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => (timer = realTimers.setTimeout(resolve, ms)));
  try {
    await Promise.race([work, timeout]);
  } finally {
    realTimers.clearTimeout(timer);
  }
}
