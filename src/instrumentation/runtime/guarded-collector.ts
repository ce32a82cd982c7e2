import { isPromise } from '../../common/promise.js';
import { realTimers } from '../../common/real-timers.js';
import { COLLECT_TIMED_OUT } from './collector.messages.js';
import type { CollectorMonitor } from './collector-monitor.js';
import type { Collector } from './collector.js';

/** Milliseconds after which a call of a collector times out. */
const COLLECT_TIMEOUT = 1000;

/**
 * Calls one collector, and handles its failures: a call that throws, rejects or times out. The collector is called only
 * between `start()` and `stop()`, one call at a time.
 */
export class GuardedCollector {
  private isRunning = false;
  /** Whether the collector is on the stack: it may read the document itself, which would call it again. */
  private isInside = false;
  /** The asynchronous call in progress. */
  private call: Promise<void> | undefined;
  /** Resolves when that call ends or times out. */
  private wait: Promise<void> | undefined;

  constructor(
    private readonly collector: Collector,
    private readonly onFailure: (thrown: unknown) => void,
    private readonly onSuccess: () => void,
  ) {}

  start(monitor: CollectorMonitor): void {
    if (this.isRunning) return;
    this.isRunning = true;
    void this.run('start', monitor);
  }

  /** @returns a promise if the call is asynchronous. It never rejects. */
  collect(monitor: CollectorMonitor): Promise<void> | undefined {
    if (!this.isRunning || this.isInside) return undefined;
    return this.call === undefined ? this.run('collect', monitor) : this.wait;
  }

  /** Waits for the call in progress, then stops the collector. */
  async stop(monitor: CollectorMonitor): Promise<void> {
    if (!this.isRunning) return;
    this.isRunning = false;
    if (this.wait !== undefined) await this.wait;
    await this.run('stop', monitor);
  }

  private run(method: keyof Collector, monitor: CollectorMonitor): Promise<void> | undefined {
    try {
      this.isInside = true;
      const result = this.collector[method]?.(monitor);
      if (isPromise(result)) return this.follow(result);
      if (method === 'collect' && this.collector.collect !== undefined) this.onSuccess();
      return undefined;
    } catch (thrown) {
      this.onFailure(thrown);
      return undefined;
    } finally {
      this.isInside = false;
    }
  }

  private follow(result: PromiseLike<void>): Promise<void> {
    let isLate = false;
    const call = Promise.resolve(result)
      // A call that timed out was reported then.
      .then(
        () => isLate || this.onSuccess(),
        (thrown: unknown) => isLate || this.onFailure(thrown),
      )
      .then(() => {
        if (this.call === call) this.call = undefined;
      });
    this.call = call;
    const wait = new Promise<void>((resolve) => {
      const timer = realTimers.setTimeout(() => {
        isLate = true;
        this.onFailure(new Error(COLLECT_TIMED_OUT(COLLECT_TIMEOUT)));
        resolve();
      }, COLLECT_TIMEOUT);
      void call.then(() => {
        realTimers.clearTimeout(timer);
        resolve();
      });
    }).finally(() => {
      // A call that timed out is not waited for again, even if it is still in progress.
      if (this.wait === wait) this.wait = undefined;
    });
    return (this.wait = wait);
  }
}
