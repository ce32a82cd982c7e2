import type { CallContext } from '../common/call-context.js';
import { monotonicClock } from '../common/clock.js';
import type { GaugeFunction, GaugeFunctionOptions } from './collection/gauge-function.js';
import type { Description } from './description.js';
import type { Counter, Gauge, Histogram } from './handles.js';
import type { ObserveOptions } from './histogram/exemplar.js';
import type { MetricsRegistry } from './registry.js';
import { BAD_URL_TEMPLATE, NOTHING_TO_TIME } from './registry.messages.js';
import type { Labels } from './series/labels.js';
import { MAX_LABEL_LENGTH } from './series/labels.js';
import { timed } from './timed.js';

/** What is known about the HTTP requests that some work sends. */
export interface OutgoingOptions {
  /**
   * The template of their URLs, such as `/users/:id`, of at most 200 characters: the label `url_template`. It comes from the
   * code, and is never a URL with identifiers in it.
   */
  readonly route: string;
}

/** The part of `MonitorService` that records. */
export abstract class MetricsRecorder {
  constructor(
    private readonly registry: MetricsRegistry,
    private readonly callContext: CallContext,
  ) {}

  /**
   * Adds to a counter: how often something has happened, or how much of it.
   *
   * @param value what to add: a finite number that is not negative. Default: 1.
   *
   * @example
   * this.monitor.count('orders');
   * this.monitor.count('bytes_sent', body.length, { route: '/orders' });
   */
  count(name: string, value?: number, labels?: Labels): void {
    this.registry.count(name, value, labels);
  }

  /**
   * Sets a gauge: what something measures now. The highest and the lowest value that it was set to are kept for
   * each reader, until its next read.
   *
   * @param value any finite number.
   *
   * @example
   * this.monitor.set('queue_length', queue.length);
   */
  set(name: string, value: number, labels?: Labels): void {
    this.registry.kv(name, value, labels);
  }

  /**
   * The same as {@link set}, under the name that it has in µtornadomon.
   *
   * @example
   * this.monitor.kv('queue_length', queue.length);
   */
  kv(name: string, value: number, labels?: Labels): void {
    this.registry.kv(name, value, labels);
  }

  /**
   * Adds a value to a histogram: how values are distributed, such as the sizes of answers.
   *
   * @param value any finite number.
   *
   * @example
   * this.monitor.observe('order_total', order.total, { currency: order.currency });
   *
   * @example
   * // A value that leads to its trace in Grafana.
   * this.monitor.observe('order_total', order.total, {}, { exemplar: { trace_id: traceId } });
   */
  observe(name: string, value: number, labels?: Labels, options?: ObserveOptions): void {
    this.registry.observe(name, value, labels, options);
  }

  /**
   * Does some work, and adds the seconds that it took to a histogram, whether it succeeded or not.
   *
   * @returns the result of the work. A promise is awaited for the duration, and a promise that settles the same way is
   * returned. What the work throws is rethrown. If `work` is not a function, it is returned unchanged and nothing is
   * recorded, since its start is unknown.
   *
   * @example
   * const user = await this.monitor.time('load_user', () => this.users.load(id));
   */
  time<T>(name: string, work: () => PromiseLike<T>, labels?: Labels): Promise<T>;
  time<T>(name: string, work: () => T, labels?: Labels): T;
  time<T>(name: string, work: () => T, labels?: Labels): T {
    if (typeof work !== 'function') {
      this.registry.reject(name, () => NOTHING_TO_TIME(name, work), 'nothing to time');
      return work;
    }
    return timed(work, (seconds) => this.registry.observe(name, seconds, labels), monotonicClock);
  }

  /**
   * Does some work whose outgoing HTTP requests are measured by a template of their URL, beside their host: all requests that it
   * sends, also later in its asynchronous flow.
   *
   * On Node 20 and 22, it makes promises of the whole process slower from the first call on (`AsyncLocalStorage`).
   *
   * @returns the result of the work, as it is. What the work throws is rethrown.
   *
   * @example
   * const user = await this.monitor.outgoing({ route: '/users/:id' }, () => fetch(`http://users/users/${id}`));
   */
  outgoing<T>(options: OutgoingOptions, work: () => T): T {
    const template: unknown = (options as OutgoingOptions | undefined)?.route;
    if (typeof template === 'string' && template.length > 0 && template.length <= MAX_LABEL_LENGTH) {
      return this.callContext.with({ template }, work);
    }
    this.registry.reject('http_client_requests', () => BAD_URL_TEMPLATE(template), 'url template');
    return work();
  }

  /**
   * A counter to hold on to: adding to it takes a fraction of the time of {@link count}, which finds it by its name
   * and labels. It exists from here on, at zero.
   *
   * @example
   * private readonly hits = this.monitor.counter('cache', { result: 'hit' });
   * // later
   * this.hits.inc();
   */
  counter(name: string, labels?: Labels): Counter {
    return this.registry.counter(name, labels);
  }

  /** A gauge to hold on to. It has no value until it is set. */
  gauge(name: string, labels?: Labels): Gauge;
  /**
   * A gauge that is set to what this function returns, before each read. When the function throws or returns no finite number, that
   * sample is dropped and the gauge keeps its value.
   *
   * A function that returns a promise delays no read: the gauge keeps its value until the promise is resolved, and
   * `monitor_gauge_age{gauge="..."}` has the seconds since then. There is one call at a time, and one a second at most. A rejection and a
   * time-out count in `monitor_rejected_samples`.
   *
   * @param options `timeout` and `interval` for a function that returns promises.
   *
   * @example
   * this.monitor.gauge('pool_size', () => this.pool.size);
   * this.monitor.gauge('mails', () => this.mails.count(), { state: 'new' }, { interval: 60_000 });
   */
  gauge(name: string, read: GaugeFunction, labels?: Labels, options?: GaugeFunctionOptions): Gauge;
  gauge(
    name: string,
    second?: Labels | GaugeFunction,
    labels?: Labels,
    options?: GaugeFunctionOptions,
  ): Gauge {
    if (typeof second === 'function') return this.registry.gaugeFrom(name, second, labels, options);
    return this.registry.gauge(name, second);
  }

  /** A histogram to hold on to. */
  histogram(name: string, labels?: Labels): Histogram {
    return this.registry.histogram(name, labels);
  }

  /**
   * Removes one series of a metric of yours, such as that of a tenant who has left, and gives its room under `maxSeries` back. Its next
   * sample, by a handle too, creates it again, from 0.
   *
   * @param labels all labels of the series, in any order. Default: the series without labels.
   * @returns whether there was such a series.
   *
   * @example
   * this.monitor.remove('connections', { tenant: tenant.id });
   */
  remove(name: string, labels?: Labels): boolean {
    return this.registry.remove(name, labels);
  }

  /**
   * Removes all series of a metric of yours, as {@link remove} does. Its description stays.
   *
   * @returns how many there were.
   */
  clear(name: string): number {
    return this.registry.clear(name);
  }

  /**
   * Describes a metric: `help`, `unit`, the bounds of classic `buckets` for a histogram, and `aggregate` for a gauge. Buckets
   * are counted exactly beside the histogram's own, and are for a metric that has no sample yet.
   *
   * A description that breaks a rule is ignored, counted in `monitor_rejected_samples` and logged with that rule. A key
   * that no description has is logged, and the others are taken.
   *
   * @example
   * this.monitor.describe('order_total', { help: 'Totals of orders.', unit: 'euros', buckets: [10, 100, 1000] });
   */
  describe(name: string, description: Description): void {
    this.registry.describe(name, description);
  }
}
