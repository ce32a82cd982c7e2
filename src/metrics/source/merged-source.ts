import type { Sliced } from '../../common/slices.js';
import { startInSlices } from '../../common/slices.js';
import type { DocumentFacts } from '../collection/snapshot.js';
import type { ExportNames } from '../export-names.js';
import { PLAIN_NAMES } from '../export-names.js';
import type { Extremes } from '../extremes.js';
import type { HistogramSnapshot } from '../histogram/histogram-snapshot.js';
import { mergeFacts } from './merged-facts.js';
import { MergedFamilies } from './merged-family.js';
import type { MergedGauge, MergedHistogram, Windows } from './merged-series.js';
import type {
  CounterFamily,
  GaugeFamily,
  GaugeSeriesView,
  HistogramFamily,
  HistogramSeriesView,
  MetricsSource,
  MetricsView,
  WindowOptions,
  WindowView,
} from './metrics-source.js';

/**
 * Several sources as one. Counters and histograms add up exactly. Gauges are aggregated as their definition or
 * description says: added up by default. Each source keeps the window of a reader under the reader's name, so that the
 * windows of the sources are one window here.
 */
export class MergedSource implements MetricsSource {
  private readonly merged = {
    counters: new MergedFamilies<CounterFamily>('counter'),
    gauges: new MergedFamilies<GaugeFamily>('gauge'),
    histograms: new MergedFamilies<HistogramFamily>('histogram'),
  };
  private revision = 0;
  private revisions = '';

  /** @param sources at least one. The first is the one whose instance a document names. */
  constructor(private readonly sources: readonly MetricsSource[]) {}

  latest(): MetricsView {
    const views = this.sources.map((source): [MetricsSource, MetricsView] => [source, source.latest()]);
    const work = this.update(views);
    while (work.next().done !== true);
    return this.viewOf(views);
  }

  now(): MetricsView | Promise<MetricsView> {
    const opened = this.sources.map((source) => source.now());
    return whenAll(opened, (views) => {
      const pairs = this.pairs(views);
      return startInSlices(this.update(pairs))?.then(() => this.viewOf(pairs)) ?? this.viewOf(pairs);
    });
  }

  window(reader: string, options?: WindowOptions): WindowView | Promise<WindowView> {
    const opened = this.sources.map((source) => source.window(reader, options));
    const open = (views: readonly WindowView[]) => {
      const pairs = this.pairs(views);
      const makeWindow = () => new MergedWindow(this.viewOf(pairs), new Map(pairs));
      return startInSlices(this.update(pairs))?.then(makeWindow) ?? makeWindow();
    };
    return whenAll(opened, open, giveBackAll);
  }

  private pairs<V>(views: readonly V[]): [MetricsSource, V][] {
    return this.sources.flatMap((source, at): [MetricsSource, V][] => {
      const view = views[at];
      return view === undefined ? [] : [[source, view]];
    });
  }

  /** Adds what is new in the sources. */
  private *update(views: readonly [MetricsSource, MetricsView][]): Sliced<void> {
    const revisions = views.map(([, { revision }]) => revision).join();
    for (const [source, view] of views) {
      const { pid, worker_id: worker } = view.facts().instance;
      const process = worker === null ? String(pid) : `${pid}:${worker}`;
      yield* this.merged.counters.merge(source, process, view.counters);
      yield* this.merged.gauges.merge(source, process, view.gauges);
      yield* this.merged.histograms.merge(source, process, view.histograms);
    }
    if (revisions !== this.revisions) this.revision++;
    this.revisions = revisions;
  }

  private viewOf(views: readonly [MetricsSource, MetricsView][]): MetricsView {
    return {
      ...this.merged,
      revision: this.revision,
      startTime: Math.min(...views.map(([, { startTime }]) => startTime)),
      exportNames: views[0]?.[1].exportNames ?? PLAIN_NAMES,
      facts: () => mergeFacts(views.map(([, view]) => view.facts())),
    };
  }
}

class MergedWindow implements WindowView {
  readonly revision: number;
  readonly startTime: number;
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

function giveBackAll(windows: readonly WindowView[]): void {
  for (const window of windows) window.giveBack();
}

/**
 * Waits for all views, if any has to be waited for.
 *
 * @param undo gets the views that were opened, if another one failed.
 */
function whenAll<V, T>(
  opened: readonly (V | Promise<V>)[],
  then: (views: readonly V[]) => T | Promise<T>,
  undo: (views: readonly V[]) => void = () => {},
): T | Promise<T> {
  if (!opened.some((view) => view instanceof Promise)) return then(opened as readonly V[]);
  return Promise.allSettled(opened).then((results) => {
    const failed = results.find((result) => result.status === 'rejected');
    const views = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    if (failed === undefined) return then(views);
    undo(views);
    throw failed.reason;
  });
}
