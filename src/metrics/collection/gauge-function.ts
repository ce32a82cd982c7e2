import type { Clock } from '../../common/clock.js';
import { isPromise } from '../../common/promise.js';
import { Gauge } from '../gauge.js';
import * as messages from '../registry.messages.js';

/** Returns the value of a gauge, or a promise of it. */
export type GaugeFunction = () => number | PromiseLike<number>;

/** For a gauge whose function returns a promise. */
export interface GaugeFunctionOptions {
  /**
   * Milliseconds after which a pending promise is abandoned: the timeout is counted in `monitor_rejected_samples`, and a later
   * result is ignored. Default: 10 000.
   */
  timeout?: number | undefined;
  /** Minimum number of milliseconds from one call to the next. Default: 1000. */
  interval?: number | undefined;
}

/** Counts and logs a sample that is rejected: see `MetricsRegistry.reject()`. */
export type Reject = (name: string, describe: () => string, mistake: string) => void;

const [DEFAULT_TIMEOUT, DEFAULT_INTERVAL] = [10_000, 1000];

/** A call whose promise is not settled. */
interface Call {
  readonly start: number;
}

/**
 * Sets one gauge from a function. A read never awaits a promise: the gauge keeps its value until the promise is resolved.
 * There is one pending call at a time.
 */
export class GaugeFunctionCaller {
  private readonly timeout: number;
  private readonly interval: number;
  private isAsync = false;
  private lastCall = -Infinity;
  private call: Call | undefined;
  private isStopped = false;
  /** When the gauge got its value, or was created. */
  private valueTime: number;

  constructor(
    readonly gauge: Gauge,
    readonly name: string,
    private readonly read: () => unknown,
    options: unknown,
    private readonly reject: Reject,
    private readonly clock: Clock,
  ) {
    const { timeout, interval } = this.check(options);
    this.timeout = timeout ?? DEFAULT_TIMEOUT;
    this.interval = interval ?? DEFAULT_INTERVAL;
    this.valueTime = clock();
  }

  /** Seconds since the gauge got its value; `undefined` for a function that returns no promises, or is not called any more. */
  get age(): number | undefined {
    return this.isAsync && !this.isStopped ? Math.max(0, this.clock() - this.valueTime) / 1000 : undefined;
  }

  /** Calls the function to set the gauge. With promises, it does nothing while a call is pending or before the interval is over. */
  update(): void {
    if (this.isStopped) return;
    const now = this.clock();
    if (this.call !== undefined) {
      if (now - this.call.start < this.timeout) return;
      this.call = undefined;
      this.fail(() => messages.GAUGE_FUNCTION_TIMED_OUT(this.name, this.timeout), 'gauge function timed out');
    }
    if (this.isAsync && now - this.lastCall < this.interval) return;
    this.lastCall = now;
    let value: unknown;
    try {
      value = this.read();
    } catch (thrown) {
      this.fail(() => messages.GAUGE_FUNCTION_THREW(this.name, thrown), 'gauge function threw');
      return;
    }
    if (isPromise(value)) this.follow(value, now);
    else this.set(value);
  }

  /** Does not set the gauge any more, not even when a pending promise is resolved: that would create a removed series again. */
  stop(): void {
    this.isStopped = true;
    this.call = undefined;
  }

  private follow(promise: PromiseLike<unknown>, start: number): void {
    this.isAsync = true;
    const call = { start };
    // A function may remove its own gauge.
    if (!this.isStopped) this.call = call;
    const settle = (take: () => void): void => {
      // This call has timed out, and there may be another one; or the gauge was removed.
      if (this.call !== call) return;
      this.call = undefined;
      take();
    };
    Promise.resolve(promise).then(
      (value) => settle(() => this.set(value)),
      (thrown: unknown) =>
        settle(() =>
          this.fail(() => messages.GAUGE_FUNCTION_REJECTED(this.name, thrown), 'gauge function rejected'),
        ),
    );
  }

  private set(value: unknown): void {
    if (this.isStopped) return;
    // A gauge rejects everything but finite numbers.
    this.gauge.set(value as number);
    if (Gauge.accepts(value)) this.valueTime = this.clock();
  }

  private fail(describe: () => string, mistake: string): void {
    this.reject(this.name, describe, mistake);
  }

  private check(options: unknown): GaugeFunctionOptions {
    if (options === undefined) return {};
    try {
      const { timeout, interval } = (options ?? {}) as Record<string, unknown>;
      if (isDelay(timeout) && isDelay(interval)) return { timeout, interval };
    } catch {
      // A getter or a proxy threw.
    }
    this.fail(() => messages.BAD_GAUGE_OPTIONS(this.name, options), 'gauge options');
    return {};
  }
}

function isDelay(value: unknown): value is number | undefined {
  return value === undefined || (typeof value === 'number' && value >= 0 && value < Infinity);
}
