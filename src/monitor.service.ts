import { Inject, Injectable } from '@nestjs/common';
import { monotonicClock } from './common/clock.js';
import type { Description } from './metrics/description.js';
import type { Finding } from './findings/finding.js';
import { FindingsHandle } from './findings/findings.handle.js';
import type { HistoryDocument, HistoryQuery } from './history/history-document.js';
import { HistoryHandle } from './history/history.handle.js';
import type { Counter, Gauge, Histogram } from './metrics/handles.js';
import type { Labels } from './metrics/series/labels.js';
import { MetricsReader } from './metrics/collection/reader.js';
import { MetricsRegistry } from './metrics/registry.js';
import type { Measurements } from './metrics/collection/measurements.js';
import type { MetricsSnapshot, Reading } from './metrics/collection/snapshot.js';
import { NOTHING_TO_TIME } from './metrics/registry.messages.js';
import { OfThisCopy } from './common/this-copy.js';
import { timed } from './metrics/timed.js';

/**
 * Records the metrics of an application, and reads everything that the monitor knows.
 *
 * A metric has a name of 1 to 200 characters and is of one kind: a counter, a gauge or a histogram. Labels tell its
 * series apart, and their order does not matter. The number of series is limited, since names and labels may come from
 * clients: past `maxSeries`, further label sets of a metric share its `{overflow="true"}`
 * series. (A name that is new then has no series to share: its samples are dropped.)
 *
 * Nothing here throws into its caller. A sample that cannot be taken (a value that is not a finite number, a bad
 * name or label, a name of another kind or of a metric of the monitor itself) is dropped and counted in
 * `monitor_rejected_samples`, and the log has one warning for each name and mistake.
 */
@OfThisCopy()
@Injectable()
export class MonitorService {
  constructor(
    @Inject(MetricsRegistry) private readonly registry: MetricsRegistry,
    @Inject(MetricsReader) private readonly reader: MetricsReader,
    @Inject(HistoryHandle) private readonly historyHandle = new HistoryHandle(),
    @Inject(FindingsHandle) private readonly findingsHandle = new FindingsHandle(),
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
   */
  observe(name: string, value: number, labels?: Labels): void {
    this.registry.observe(name, value, labels);
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
   * A gauge that is set to what this function returns, before each read. When the function throws, or returns a promise or
   * anything else that is no finite number, that sample is dropped and the gauge keeps its value.
   *
   * @example
   * this.monitor.gauge('pool_size', () => this.pool.size);
   */
  gauge(name: string, read: () => number, labels?: Labels): Gauge;
  gauge(name: string, second?: Labels | (() => number), labels?: Labels): Gauge {
    if (typeof second === 'function') return this.registry.gaugeFrom(name, second, labels);
    return this.registry.gauge(name, second);
  }

  /** A histogram to hold on to. */
  histogram(name: string, labels?: Labels): Histogram {
    return this.registry.histogram(name, labels);
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

  /**
   * The document: all metrics as they are now. Opens a new window for the reader: its next read has the extremes of the gauges, and
   * the values of the histograms, since this one.
   *
   * @param reader the name of the reader. Each reader has its own window. `http` is the endpoint, `publisher:1` the
   * first publisher. At most 20 are remembered, for a day after their last read; one that was forgotten sees everything
   * since the start when it comes back. Default: `default`.
   */
  async metrics(reader = 'default'): Promise<MetricsSnapshot> {
    return (await this.reader.read(nameOf(reader))).metrics;
  }

  /**
   * Like {@link metrics}, as JSON text in pieces: with very many series, it is created in time slices, without
   * blocking the event loop. `(await json()).join('')` is the whole text.
   */
  async json(reader = 'default'): Promise<string[]> {
    return (await this.reader.json(nameOf(reader))).metrics;
  }

  /**
   * Like {@link metrics}, in parts and not as a document: kinds, names, labels, totals and buckets, for an exporter of
   * your own. It is made without holding the event loop up, however many series there are.
   *
   * @param reader as for {@link metrics}, except that its window is never forgotten: give each exporter one name, and
   * never a new one for each read. Default: `measurements`.
   * @returns with `giveBack()`, which merges the window into the next one, for what did not arrive.
   */
  measurements(reader = 'measurements'): Promise<Reading<Measurements>> {
    return this.reader.measurements(typeof reader === 'string' ? `measurements:${reader}` : 'measurements');
  }

  /**
   * The recent past: 5 minutes in steps of 1 s, and an hour in steps of 10 s. It is made without holding the event loop up.
   *
   * @param query which series, and since when. Default: all of it, which is some megabytes with 300 series.
   * @returns `undefined` with `history: false`, and before the application has started.
   *
   * @example
   * const history = await this.monitor.history({ series: ['orders'] });
   * const rates = history?.tiers[0]?.columns[0]?.values; // orders per second, in each of the last 300 seconds
   */
  history(query?: HistoryQuery): Promise<HistoryDocument | undefined> {
    return this.historyHandle.current?.document(query) ?? Promise.resolve(undefined);
  }

  /**
   * What is wrong now, the most severe first; empty when all is well. The rules are evaluated every five seconds.
   *
   * @returns `undefined` with `history: false`, and before the application has started: then nothing is known.
   *
   * @example
   * const isSick = this.monitor.findings()?.some(({ severity }) => severity === 'critical') ?? false;
   */
  findings(): readonly Finding[] | undefined {
    return this.findingsHandle.current?.findings;
  }
}

function nameOf(reader: unknown): string {
  return typeof reader === 'string' ? reader : 'default';
}
