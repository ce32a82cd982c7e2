import type { CallContext } from '../common/call-context.js';
import { monotonicClock } from '../common/clock.js';
import { givenOption } from '../common/given-option.js';
import type { GaugeFunction, GaugeFunctionOptions } from './collection/gauge-function.js';
import type { Description } from './description.js';
import type { Counter, Gauge, Histogram } from './handles.js';
import type { ObserveOptions } from './histogram/exemplar.js';
import type { MetricsRegistry } from './registry.js';
import { BAD_URL_TEMPLATE, NOTHING_TO_TIME } from './registry.messages.js';
import type { Labels } from './series/labels.js';
import { MAX_LABEL_LENGTH } from './series/labels.js';
import { timed } from './timed.js';

/** Describes the HTTP requests that `outgoing()` measures. */
export interface OutgoingOptions {
  /**
   * The template of their URLs, such as `/users/:id`, of at most 200 characters. It becomes the label `url_template`. Use a
   * constant of your code, never a URL with identifiers in it.
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
   * Sets a gauge, the current value of something. The highest and the lowest value that it was set to are kept for
   * each reader until its next read.
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
   * Adds a value to a histogram, the distribution of values such as the sizes of responses.
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
   * Runs a function, and adds its duration in seconds to a histogram, whether it succeeds or not.
   *
   * @returns the result of the function. For a promise, the duration lasts until it settles, and a promise that settles the
   * same way is returned. An error that the function throws is rethrown. If `work` is not a function, it is returned
   * unchanged and nothing is recorded, since its start is unknown.
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
   * Runs a function, and measures its outgoing HTTP requests by URL template in addition to host. This includes requests
   * that are sent later in its asynchronous flow.
   *
   * On Node 20 and 22, promises of the whole process are slower after the first call (`AsyncLocalStorage`).
   *
   * @returns the result of the function, unchanged. An error that the function throws is rethrown.
   *
   * @example
   * const user = await this.monitor.outgoing({ route: '/users/:id' }, () => fetch(`http://users/users/${id}`));
   */
  outgoing<T>(options: OutgoingOptions, work: () => T): T {
    const template = givenOption(options, 'route');
    if (typeof template === 'string' && template.length > 0 && template.length <= MAX_LABEL_LENGTH) {
      return this.callContext.with({ template }, work);
    }
    this.registry.reject('http_client_requests', () => BAD_URL_TEMPLATE(template), 'url template');
    return work();
  }

  /**
   * The handle of a counter: adding to it takes a fraction of the time of {@link count}, which looks up the name and labels
   * each time. A counter that does not exist yet is created with the value 0.
   *
   * @example
   * private readonly hits = this.monitor.counter('cache', { result: 'hit' });
   * // later
   * this.hits.inc();
   */
  counter(name: string, labels?: Labels): Counter {
    return this.registry.counter(name, labels);
  }

  /** The handle of a gauge. The gauge has no value until it is set. */
  gauge(name: string, labels?: Labels): Gauge;
  /**
   * A gauge with a function that is called before each read and returns its value. If the function throws or does not return
   * a finite number, that sample is dropped and the gauge keeps its value.
   *
   * A promise does not delay the read: the gauge keeps its value until the promise is resolved, and
   * `monitor_gauge_age{gauge="..."}` is the age of that value in seconds. There is one pending call at a time and, by default, at
   * most one call a second. A rejection or a timeout is counted in `monitor_rejected_samples`.
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

  /** The handle of a histogram. */
  histogram(name: string, labels?: Labels): Histogram {
    return this.registry.histogram(name, labels);
  }

  /**
   * Removes one series of a metric of your application, such as that of a tenant who has left. It no longer counts toward
   * `maxSeries`. Its next sample, also through a handle, creates it again, starting at 0.
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
   * Removes all series of a metric of your application, as {@link remove} does. Its description stays.
   *
   * @returns the number of series that were removed.
   */
  clear(name: string): number {
    return this.registry.clear(name);
  }

  /**
   * Describes a metric: `help`, `unit`, the bounds of classic `buckets` for a histogram, and `aggregate` for a gauge. Buckets
   * are counted exactly, in addition to the histogram's own, and must be described before the first sample or handle.
   *
   * A description that breaks a rule is ignored, counted in `monitor_rejected_samples` and logged with that rule. An unknown
   * key is logged, and the other keys are used.
   *
   * @example
   * this.monitor.describe('order_total', { help: 'Totals of orders.', unit: 'euros', buckets: [10, 100, 1000] });
   */
  describe(name: string, description: Description): void {
    this.registry.describe(name, description);
  }
}
