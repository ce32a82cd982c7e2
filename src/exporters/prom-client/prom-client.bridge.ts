import type { Sliced } from '../../common/slices.js';
import type { MetricsSource, WindowView } from '../../metrics/source/metrics-source.js';
import { readNow, readWindow } from '../../metrics/source/read-source.js';
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
  private readonly catalog = new Catalog();
  private pass: Promise<Values> | undefined;
  private detach: () => void = () => {};

  constructor(
    private readonly source: MetricsSource,
    private readonly readerName: string,
  ) {}

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
    const { families, windows } = atOnce(this.catalog.read(this.source.latest()));
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
    await readNow(this.source, function* (view): Sliced<void> {
      const facts = view.facts();
      for (const family of (yield* catalog.read(view)).families) yield* family.write(begin(family), facts);
    });
    const write = function* (view: WindowView): Sliced<void> {
      for (const window of (yield* catalog.read(view)).windows) yield* window.write(begin, view);
    };
    await readWindow(this.source, this.readerName, write, { isFresh: true });
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
