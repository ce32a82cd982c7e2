import type { MetricsReader } from '../../metrics/collection/reader.js';
import type { Sliced } from '../../common/slices.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import { Catalog } from '../prometheus/catalog.js';
import type { FamilyHead, SampleSink } from '../prometheus/exposed-family.js';
import { sampleName } from '../prometheus/text-format.js';
import type { PromClientMetric, PromClientRegistry, PromClientValue } from './prom-client.registry.js';
import { ValueSink } from './value-sink.js';

type Values = Map<string, PromClientValue[]>;

/**
 * Shows the monitor's metrics in a registry beside its own.
 *
 * They are not registered one by one: the application may register a metric of the same name at any time, and would
 * be thrown at. The registry is asked for its metrics on each scrape, and then ours come after them, but for those
 * whose names it has itself.
 */
export class PromClientBridge {
  private readonly catalog: Catalog;
  private pass: Promise<Values> | undefined;
  private detach: () => void = () => {};

  constructor(
    metrics: MetricsRegistry,
    private readonly reader: MetricsReader,
    private readonly readerName: string,
  ) {
    this.catalog = new Catalog(metrics);
  }

  /** Until {@link stop}, or until the registry is cleared. */
  start(registry: PromClientRegistry): void {
    let isAttached = true;
    const { getMetricsAsArray, clear } = registry;
    const withOurs = (...args: never[]): object[] => {
      const theirs = getMetricsAsArray.apply(registry, args);
      return isAttached ? [...theirs, ...this.metricsBeside(theirs, args[0])] : theirs;
    };
    const clearAll = (): void => {
      this.stop();
      clear.apply(registry);
    };
    registry.getMetricsAsArray = withOurs;
    registry.clear = clearAll;
    this.detach = () => {
      isAttached = false;
      // What somebody else has put over it stays, and finds nothing of ours any more.
      if (registry.getMetricsAsArray === withOurs) registry.getMetricsAsArray = getMetricsAsArray;
      if (registry.clear === clearAll) registry.clear = clear;
    };
  }

  stop(): void {
    this.detach();
    this.detach = () => {};
  }

  /** @param aggregator those of one aggregator only, as `@prometheus-io/client` asks for them. */
  private metricsBeside(theirs: readonly object[], aggregator: unknown): PromClientMetric[] {
    const taken = new Set(theirs.map((metric) => bareName((metric as { name?: unknown }).name)));
    const { families, windows } = atOnce(this.catalog.read());
    return [...families, ...windows.flatMap(({ heads }) => heads)]
      .filter(({ name, type }) => !taken.has(bareName(sampleName(name, type))))
      .map((head) => this.metricOf(head))
      .filter((metric) => aggregator === undefined || metric.aggregator === aggregator);
  }

  private metricOf(head: FamilyHead): PromClientMetric {
    const values = async () => (await this.collect()).get(head.name) ?? [];
    // prom-client knows no type for what is unknown; it has such metrics as gauges.
    const type = head.type === 'unknown' ? 'gauge' : head.type;
    return {
      name: sampleName(head.name, head.type),
      help: head.help,
      type,
      aggregator: aggregatorOf(head),
      async get() {
        // With its name as it is then: for OpenMetrics, the registry takes the _total off first.
        const { name, help, aggregator } = this;
        return { name, help, type, aggregator, values: await values() };
      },
      // The monitor's other readers go on from where they were.
      reset() {},
    };
  }

  /** All metrics of a scrape are asked at once, and read once. */
  private collect(): Promise<Values> {
    this.pass ??= this.read().finally(() => (this.pass = undefined));
    return this.pass;
  }

  private async read(): Promise<Values> {
    const values: Values = new Map();
    const begin = ({ name }: FamilyHead): SampleSink => {
      const sink = new ValueSink(name);
      values.set(name, sink.values);
      return sink;
    };
    const { catalog } = this;
    await this.reader.survey(function* ({ process }): Sliced<void> {
      for (const family of (yield* catalog.read()).families) yield* family.write(begin(family), process);
    });
    await this.reader.window(this.readerName, function* (look): Sliced<void> {
      for (const window of (yield* catalog.read()).windows) yield* window.write(begin, look);
    });
    return values;
  }
}

function bareName(name: unknown): string {
  return String(name).replace(/_total$/, '');
}

function aggregatorOf({ name, type }: FamilyHead): string {
  if (type === 'counter' || type === 'histogram') return 'sum';
  if (name.endsWith('_info')) return 'first';
  if (name.startsWith('nodejs_eventloop_lag_') || name === 'nodejs_eventloop_utilization') return 'average';
  if (name.endsWith('_min')) return 'min';
  if (name.endsWith('_max')) return 'max';
  return name === 'process_start_time_seconds' ? 'omit' : 'sum';
}

function atOnce<T>(work: Sliced<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}
