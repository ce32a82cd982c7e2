import type { Counter } from '../../metrics/counter.js';
import type { HistogramSeries } from '../../metrics/histogram/histogram-series.js';
import type { MetricsRegistry } from '../../metrics/registry.js';

/** The counter of calls, by outcome. */
const HANDLER_CALLS = 'handler_calls';

/** The histogram of their durations, in seconds. */
const HANDLER_DURATION = 'handler_duration';

/**
 * The outcome of a call. `cancelled`: unsubscribed from before the handler had completed, because the client of a stream
 * disconnected or an interceptor timed out.
 */
export type Outcome = 'ok' | 'error' | 'cancelled';

/** The series of one handler. */
export class HandlerMetrics {
  private readonly ok: Counter;
  private readonly error: Counter;
  private readonly duration: HistogramSeries;
  /** Created with the first cancelled call, since few handlers have any. */
  private cancelled: Counter | undefined;

  constructor(
    private readonly registry: MetricsRegistry,
    readonly transport: string,
    readonly handler: string,
  ) {
    this.ok = this.counter('ok');
    // Created at 0: `rate()` of Prometheus does not see the first increment of a counter that appears at 1.
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
