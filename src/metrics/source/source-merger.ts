import type { Sliced } from '../../common/slices.js';
import type { DocumentFacts, InstanceInfo } from '../collection/snapshot.js';
import type { ExportNames } from '../export-names.js';
import { PLAIN_NAMES } from '../export-names.js';
import type { Extremes } from '../extremes.js';
import type { HistogramSnapshot } from '../histogram/histogram-snapshot.js';
import { MergedFamilies } from './merged-families.js';
import { ProcessLabels } from './process-labels.js';
import type { MergedGauge, MergedHistogram, SourceKey, WindowReads, Windows } from './merged-series.js';
import type {
  CounterFamily,
  GaugeFamily,
  GaugeSeriesView,
  HistogramFamily,
  HistogramSeriesView,
  MetricsView,
  WindowView,
} from './metrics-source.js';

/** One of the merged sources, and its view. */
export interface MergedInput {
  readonly source: SourceKey;
  readonly view: MetricsView;
}

/** Merges the metrics of several sources, which may come and go. Its families stay the same objects. */
export class SourceMerger {
  private readonly merged = {
    counters: new MergedFamilies<CounterFamily>('counter'),
    gauges: new MergedFamilies<GaugeFamily>('gauge'),
    histograms: new MergedFamilies<HistogramFamily>('histogram'),
  };
  private readonly ids = new WeakMap<SourceKey, number>();
  private lastId = 0;
  private revisions = '';

  /**
   * @param revision the first revision. It must differ from those of a source that a reader has used before.
   * @param labels of the processes.
   */
  constructor(
    private revision = 0,
    private readonly labels = new ProcessLabels(),
  ) {}

  /** Updates the metrics to those of these sources. Two updates must not run at the same time if sources were removed. */
  *update(inputs: readonly MergedInput[]): Sliced<void> {
    const revisions = inputs.map(({ source, view }) => `${this.idOf(source)}:${view.revision}`).join();
    const instances = inputs.map(({ view }) => view.facts().instance);
    this.labels.update(instances);
    const parts = inputs.map((input, at) => {
      const { pid, hostname, worker_id: thread } = instances[at] as InstanceInfo;
      return { ...input, process: this.labels.of({ pid, hostname, thread }) };
    });
    const { counters, gauges, histograms } = this.merged;
    yield* counters.update(parts.map(({ view, ...part }) => ({ ...part, families: view.counters })));
    yield* gauges.update(parts.map(({ view, ...part }) => ({ ...part, families: view.gauges })));
    yield* histograms.update(parts.map(({ view, ...part }) => ({ ...part, families: view.histograms })));
    if (revisions !== this.revisions) this.revision++;
    this.revisions = revisions;
  }

  /** @param processStart when the oldest process that runs was started. */
  viewOf(inputs: readonly MergedInput[], facts: () => DocumentFacts, processStart: number): MetricsView {
    return {
      ...this.merged,
      processStart,
      revision: this.revision,
      startTime: Math.min(...inputs.map(({ view }) => view.startTime)),
      exportNames: inputs[0]?.view.exportNames ?? PLAIN_NAMES,
      facts,
    };
  }

  /** @param windows of the sources that have one. */
  window(view: MetricsView, windows: Windows): WindowView {
    return new MergedWindow(view, windows);
  }

  private idOf(source: SourceKey): number {
    let id = this.ids.get(source);
    if (id === undefined) this.ids.set(source, (id = ++this.lastId));
    return id;
  }
}

class MergedWindow implements WindowView {
  readonly revision: number;
  readonly startTime: number;
  readonly processStart: number;
  readonly exportNames: ExportNames;
  readonly facts: () => DocumentFacts;
  readonly counters: MetricsView['counters'];
  readonly gauges: MetricsView['gauges'];
  readonly histograms: MetricsView['histograms'];

  constructor(
    view: MetricsView,
    private readonly windows: Windows,
  ) {
    this.revision = view.revision;
    this.startTime = view.startTime;
    this.processStart = view.processStart;
    this.exportNames = view.exportNames;
    this.facts = () => view.facts();
    this.counters = view.counters;
    this.gauges = view.gauges;
    this.histograms = view.histograms;
  }

  extremesOf(series: GaugeSeriesView | HistogramSeriesView): Extremes | undefined {
    // The series of this view are merged ones.
    return (series as MergedGauge | MergedHistogram).extremesIn(this.windows);
  }

  intervalOf(histogram: HistogramSeriesView): HistogramSnapshot {
    return (histogram as MergedHistogram).intervalIn(this.windows);
  }

  giveBack(): void {
    giveBackAll([...this.windows.values()]);
  }
}

export function giveBackAll(windows: readonly WindowReads[]): void {
  for (const window of windows) window.giveBack();
}
