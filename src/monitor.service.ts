import { Inject, Injectable } from '@nestjs/common';
import type { Finding } from './findings/finding.js';
import { FindingsHandle } from './findings/findings.handle.js';
import type { HistoryDocument, HistoryQuery } from './history/history-document.js';
import { HistoryHandle } from './history/history.handle.js';
import { MetricsReader } from './metrics/collection/reader.js';
import { MetricsRecorder } from './metrics/metrics-recorder.js';
import { MetricsRegistry } from './metrics/registry.js';
import type { Measurements } from './metrics/collection/measurements.js';
import type { MetricsSnapshot, Reading } from './metrics/collection/snapshot.js';
import { CallContext } from './common/call-context.js';
import type { WatchOptions } from './instrumentation/watch/watches.js';
import { Watches } from './instrumentation/watch/watches.js';
import { OfThisCopy } from './common/this-copy.js';

/**
 * Records the metrics of an application, and reads everything that the monitor knows.
 *
 * A metric has a name of 1 to 200 characters and is of one kind: a counter, a gauge or a histogram. Each set of labels is a
 * series of its own, and the order of labels does not matter. The number of series is limited, since names and labels may
 * come from clients: past `maxSeries`, further label sets of a metric share its `{overflow="true"}` series. (A name that is
 * new then has no series to share: its samples are dropped.)
 *
 * Recording never throws. An invalid sample (a value that is not a finite number, an invalid name or label, a name of another
 * kind or of a metric of the monitor itself) is dropped and counted in `monitor_rejected_samples`, with one warning in the
 * log for each name and mistake.
 */
@OfThisCopy()
@Injectable()
export class MonitorService extends MetricsRecorder {
  constructor(
    @Inject(MetricsRegistry) registry: MetricsRegistry,
    @Inject(MetricsReader) private readonly reader: MetricsReader,
    @Inject(HistoryHandle) private readonly historyHandle = new HistoryHandle(),
    @Inject(FindingsHandle) private readonly findingsHandle = new FindingsHandle(),
    @Inject(CallContext) callContext = new CallContext(),
    @Inject(Watches) private readonly watches?: Watches,
  ) {
    super(registry, callContext);
  }

  /**
   * Records metrics of an object of the application: a `Queue` or `Worker` of BullMQ, a `Pool` of pg, a pool of mysql2, a client of
   * ioredis, or anything with a number as its `size` or `length`. It is recognised by its shape; an unknown one is logged.
   *
   * It is watched until the application is closed, or the returned function is called. At most 200 objects are watched.
   *
   * @returns a function that stops watching it.
   *
   * @example
   * this.monitor.watch(this.pool, { name: 'orders' }); // pool_waiting{pool="orders"}, pool_wait{pool="orders"}, ...
   */
  watch(thing: object, options?: WatchOptions): () => void {
    return this.watches?.watch(thing, options) ?? (() => {});
  }

  /**
   * The document: all metrics as they are now. Opens a new window for the reader: its next read has the extremes of the gauges, and
   * the values of the histograms, since this one.
   *
   * @param reader the name of the reader. Each reader has its own window. `http` is the endpoint, `publisher:1` the
   * first publisher. At most 20 are remembered, for a day after their last read; the next window of a forgotten reader begins
   * at the start. Default: `default`.
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
   * your own. It is created in time slices that do not block the event loop, with any number of series.
   *
   * @param reader as for {@link metrics}, except that its window is never forgotten: give each exporter one name, and
   * never a new one for each read. Default: `measurements`.
   * @returns with `giveBack()`, which merges the window into the next one, for measurements that could not be delivered.
   * @throws in a group of processes, while the totals of this process cannot be saved. A later call then has everything.
   */
  measurements(reader = 'measurements'): Promise<Reading<Measurements>> {
    return this.reader.measurements(typeof reader === 'string' ? `measurements:${reader}` : 'measurements');
  }

  /**
   * Whether this process pushes the metrics, for an exporter of your own that pushes. In a group of processes, only one does; when it
   * ends, another one takes over. `true` for a process without a group.
   */
  async pushes(): Promise<boolean> {
    return this.reader.pushes();
  }

  /**
   * The recent past: 5 minutes in steps of 1 s, and an hour in steps of 10 s. It is created in time slices that do not block the event loop.
   *
   * @param query which series, and since when. Default: all of it, which is some megabytes with 300 series.
   * @returns `undefined` with `history: false`, and before the history is loaded.
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
   * @returns `undefined` with `history: false`, and before the rules are loaded: then nothing is known.
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
