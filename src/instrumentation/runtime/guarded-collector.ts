import { isPromise } from '../../common/promise.js';
import { realTimers } from '../../common/real-timers.js';
import type { CollectorMonitor } from './collector-monitor.js';
import type { Collector } from './collector.js';

/** Milliseconds that one call of a collector is waited for. */
export const COLLECT_TIMEOUT = 1000;

/** Makes the error of a call that takes longer. */
export type TimedOut = (ms: number) => Error;

/**
 * One collector, with everything that it might do wrong (throw, reject, hang) ending here. It is called between start
 * and stop only, and one call at a time.
 */
export class GuardedCollector {
  private isRunning = false;
  /** Whether the collector has been called and has not come back: it may read the document itself, which calls it. */
  private isInside = false;
  /** The call that is under way. */
  private call: Promise<void> | undefined;
  /** What is waited for: the end of that call, or of its time. */
  private wait: Promise<void> | undefined;

  constructor(
    private readonly collector: Collector,
    private readonly onFailure: (thrown: unknown) => void,
    private readonly onSuccess: () => void,
    private readonly timedOut: TimedOut,
  ) {}

  start(monitor: CollectorMonitor): void {
    if (this.isRunning) return;
    this.isRunning = true;
    void this.run('start', monitor);
  }

  /** @returns what there is to wait for, if there is anything. It never rejects. */
  collect(monitor: CollectorMonitor): Promise<void> | undefined {
    if (!this.isRunning || this.isInside) return undefined;
    return this.call === undefined ? this.run('collect', monitor) : this.wait;
  }

  /** Lets the call that is under way come to its end, and then has the collector stop. */
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
      // One that was late was reported when its time was up.
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
        this.onFailure(this.timedOut(COLLECT_TIMEOUT));
        resolve();
      }, COLLECT_TIMEOUT);
      void call.then(() => {
        realTimers.clearTimeout(timer);
        resolve();
      });
    }).finally(() => {
      // From now on nobody waits for it, even if it is still under way.
      if (this.wait === wait) this.wait = undefined;
    });
    return (this.wait = wait);
  }
}
