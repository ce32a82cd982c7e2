import { ReaderWindows } from '../collection/reader-windows.js';
import type { WindowCursor } from '../collection/window-cursor.js';
import type { DocumentFacts } from '../collection/snapshot.js';
import { startOf } from './process-start.js';
import type { ExportNames } from '../export-names.js';
import type { Extremes } from '../extremes.js';
import type { Gauge } from '../gauge.js';
import type { HistogramSeries } from '../histogram/histogram-series.js';
import type { HistogramSnapshot } from '../histogram/histogram-snapshot.js';
import type { MetricsRegistry } from '../registry.js';
import type {
  GaugeSeriesView,
  HistogramSeriesView,
  MetricsSource,
  MetricsView,
  WindowOptions,
  WindowView,
} from './metrics-source.js';

/** The registry of this process. Its series are the live objects: nothing is copied for a read. */
export class RegistrySource implements MetricsSource {
  private readonly windows = new ReaderWindows();
  private readonly startTime = Date.now();

  constructor(
    private readonly registry: MetricsRegistry,
    private readonly readFacts: () => DocumentFacts,
  ) {
    // Only gauges and histograms have windows: for a counter, this does nothing.
    registry.onRemoved((series) => this.windows.forget(series as unknown as Gauge | HistogramSeries));
  }

  latest(): MetricsView {
    return new RegistryView(this.registry, this.startTime, this.readFacts);
  }

  now(): MetricsView | Promise<MetricsView> {
    const view = this.latest();
    return this.registry.prepareRead()?.then(() => view) ?? view;
  }

  window(
    reader: string,
    { isKept = false, isFresh = false, isQuick = false }: WindowOptions = {},
  ): WindowView | Promise<WindowView> {
    const open = () => {
      const cursor = this.windows.open(reader, isKept);
      return new RegistryWindow(this.registry, this.startTime, this.readFacts, cursor);
    };
    const wait = isFresh ? undefined : this.registry.prepareRead(isQuick);
    return wait === undefined ? open() : wait.then(open);
  }
}

class RegistryView implements MetricsView {
  constructor(
    private readonly registry: MetricsRegistry,
    readonly startTime: number,
    readonly facts: () => DocumentFacts,
  ) {}

  get revision(): number {
    return this.registry.revision;
  }

  get processStart(): number {
    return startOf(this.facts());
  }

  get exportNames(): ExportNames {
    return this.registry.exportNames;
  }

  get counters() {
    return this.registry.counters;
  }

  get gauges() {
    return this.registry.gauges;
  }

  get histograms() {
    return this.registry.histograms;
  }
}

class RegistryWindow extends RegistryView implements WindowView {
  constructor(
    registry: MetricsRegistry,
    startTime: number,
    facts: () => DocumentFacts,
    private readonly cursor: WindowCursor,
  ) {
    super(registry, startTime, facts);
  }

  extremesOf(series: GaugeSeriesView | HistogramSeriesView): Extremes | undefined {
    // The series of this view are those of the registry.
    return this.cursor.extremesOf(series as Gauge | HistogramSeries);
  }

  intervalOf(histogram: HistogramSeriesView): HistogramSnapshot {
    return this.cursor.intervalOf(histogram as HistogramSeries);
  }

  giveBack(): void {
    this.cursor.giveBack();
  }
}
