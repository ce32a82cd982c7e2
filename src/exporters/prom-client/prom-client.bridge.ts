import type { Sliced } from '../../common/slices.js';
import type { MetricsSource, WindowView } from '../../metrics/source/metrics-source.js';
import { readNow, readWindow } from '../../metrics/source/read-source.js';
import { Catalog } from '../prometheus/catalog.js';
import { ConstantLabels } from '../prometheus/constant-labels.js';
import type { FamilyMetadata, SampleSink } from '../prometheus/exposition-family.js';
import { sampleName } from '../prometheus/exposition-family.js';
import { NameConflicts, registryType } from './name-conflicts.js';
import type { PromClientMetric, PromClientRegistry, PromClientValue } from './prom-client.registry.js';
import { ValueSink } from './value-sink.js';

type Values = Map<string, PromClientValue[]>;

const OPEN_METRICS = 'application/openmetrics-text';

/**
 * Shows the monitor's metrics in a prom-client registry, beside those that are registered there.
 *
 * They are not registered one by one: if the application registered a metric of the same name later, prom-client would
 * throw. Instead, `getMetricsAsArray()` returns them after the registry's own metrics, without those whose names are taken.
 */
export class PromClientBridge {
  private readonly catalog = new Catalog();
  private readonly conflicts: NameConflicts;
  private pass: Promise<Values> | undefined;
  private detach: () => void = () => {};

  constructor(
    private readonly source: MetricsSource,
    private readonly readerName: string,
    warn: (text: string) => void,
  ) {
    this.conflicts = new NameConflicts(warn);
  }

  /** Shows the metrics until {@link stop}, or until the registry is cleared. */
  start(registry: PromClientRegistry): void {
    let isAttached = true;
    const { getMetricsAsArray, clear } = registry;
    const withOurs = (...args: never[]): object[] => {
      const theirs = getMetricsAsArray.apply(registry, args);
      return isAttached ? [...theirs, ...this.metricsBeside(registry, theirs, args[0])] : theirs;
    };
    const clearAll = (): void => {
      this.stop();
      clear.apply(registry);
    };
    registry.getMetricsAsArray = withOurs;
    registry.clear = clearAll;
    this.detach = () => {
      isAttached = false;
      // A method that other code has replaced since then stays replaced, and returns none of our metrics any more.
      if (registry.getMetricsAsArray === withOurs) registry.getMetricsAsArray = getMetricsAsArray;
      if (registry.clear === clearAll) registry.clear = clear;
    };
  }

  stop(): void {
    this.detach();
    this.detach = () => {};
  }

  /** @param aggregator only the metrics with this aggregator, as `@prometheus-io/client` asks for them. */
  private metricsBeside(
    registry: PromClientRegistry,
    theirs: readonly object[],
    aggregator: unknown,
  ): PromClientMetric[] {
    const isOpenMetrics = registry.contentType.startsWith(OPEN_METRICS);
    const taken = this.conflicts.takenBy(theirs, isOpenMetrics);
    const view = this.source.latest();
    const { prefix } = view.exportNames;
    const { families, windows } = atOnce(this.catalog.read(view));
    return [...families, ...windows.flatMap((window) => window.families)]
      .filter((family) =>
        this.conflicts.hasRoomFor({ ...family, name: prefix + family.name }, taken, isOpenMetrics),
      )
      .map((family) => this.metricOf(family, prefix, registry))
      .filter((metric) => aggregator === undefined || metric.aggregator === aggregator);
  }

  private metricOf(family: FamilyMetadata, prefix: string, registry: PromClientRegistry): PromClientMetric {
    const values = async () => (await this.collect(registry)).get(family.name) ?? [];
    const type = registryType(family.type);
    return {
      name: sampleName(prefix + family.name, family.type),
      help: family.help,
      type,
      aggregator: aggregatorOf(family),
      async get() {
        // The registry changes the name before it calls this: for OpenMetrics it removes _total.
        const { name, help, aggregator } = this;
        return { name, help, type, aggregator, values: await values() };
      },
      // resetMetrics() is for the registry's own metrics: other readers of the monitor rely on these.
      reset() {},
    };
  }

  /** A scrape calls `get()` of all metrics at once: the source is read once for all of them. */
  private collect(registry: PromClientRegistry): Promise<Values> {
    this.pass ??= this.read(!registry.contentType.startsWith(OPEN_METRICS)).finally(
      () => (this.pass = undefined),
    );
    return this.pass;
  }

  private async read(allowsNegativeSum: boolean): Promise<Values> {
    const values: Values = new Map();
    const { prefix, ...names } = this.source.latest().exportNames;
    const constant = new ConstantLabels(names);
    const begin = ({ name }: FamilyMetadata): SampleSink => {
      const sink = new ValueSink(prefix + name, allowsNegativeSum, constant);
      values.set(name, sink.values);
      return sink;
    };
    const { catalog } = this;
    await readNow(this.source, function* (view): Sliced<void> {
      const facts = { ...view.facts(), processStart: view.processStart };
      for (const family of (yield* catalog.read(view)).families) yield* family.write(begin(family), facts);
    });
    const write = function* (view: WindowView): Sliced<void> {
      for (const window of (yield* catalog.read(view)).windows) yield* window.write(begin, view);
    };
    await readWindow(this.source, this.readerName, write, { isFresh: true });
    return values;
  }
}

function aggregatorOf({ name, type }: FamilyMetadata): string {
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
