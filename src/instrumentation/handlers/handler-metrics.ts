import type { Counter } from '../../metrics/counter.js';
import type { HistogramSeries } from '../../metrics/histogram/histogram-series.js';
import type { MetricsRegistry } from '../../metrics/registry.js';

/** The counter of calls, by what became of them. */
const HANDLER_CALLS = 'handler_calls';

/** The histogram of how long they took, in seconds. */
const HANDLER_DURATION = 'handler_duration';

/**
 * What became of a call. It is `cancelled` where somebody stopped listening before the handler was done: the client
 * of a stream went away, or an interceptor around it has timed out.
 */
export type Outcome = 'ok' | 'error' | 'cancelled';

/** The series of one handler, found once. */
export class HandlerMetrics {
  private readonly ok: Counter;
  private readonly error: Counter;
  private readonly duration: HistogramSeries;
  /** Few handlers are ever cancelled, so this one is there with the first time. */
  private cancelled: Counter | undefined;

  constructor(
    private readonly registry: MetricsRegistry,
    readonly transport: string,
    readonly handler: string,
  ) {
    this.ok = this.counter('ok');
    // There at 0 before the first error: what computes rates would not see the first step of a counter that
    // appears at 1.
    this.error = this.counter('error');
    this.duration = registry.ownHistogram(HANDLER_DURATION, { transport, handler });
  }

  add(outcome: Outcome, seconds: number): void {
    this.counterOf(outcome).inc();
    this.duration.observe(seconds);
  }

  private counterOf(outcome: Outcome): Counter {
    if (outcome === 'cancelled') return (this.cancelled ??= this.counter(outcome));
    return this[outcome];
  }

  private counter(outcome: Outcome): Counter {
    const { registry, transport, handler } = this;
    return registry.ownCounter(HANDLER_CALLS, { transport, handler, outcome });
  }
}
