import type { DocumentFacts } from '../collection/snapshot.js';
import type { Sliced } from '../../common/slices.js';
import type { MetricDefinition, MetricKind } from '../definitions/metric-definition.js';
import type { Description } from '../description.js';
import type { ExportNames } from '../export-names.js';
import type { Extremes } from '../extremes.js';
import type { Exemplar } from '../histogram/exemplar.js';
import type { HistogramSnapshot, HistogramView } from '../histogram/histogram-snapshot.js';

/** The injection token of the {@link MetricsSource} that all readers of this application use. */
export const METRICS_SOURCE = Symbol('METRICS_SOURCE');

/**
 * The source of all numbers that leave the monitor: the registry of this process, or several processes merged. Its
 * readers (the document, exporters, history, other processes) depend on nothing else.
 *
 * {@link now} and {@link window} first bring all numbers up to date. They return synchronously if there is nothing to wait for, so
 * that a read has the numbers of the moment at which it was called. `readNow()` and `readWindow()` do the rest of a read.
 */
export interface MetricsSource {
  /** The current values, outside of any window. */
  now(): MetricsView | Promise<MetricsView>;
  /** The numbers that are available without an update, synchronously: for the names of metrics. */
  latest(): MetricsView;
  /**
   * The numbers as they are now, with a new window of a reader. In a group, it rejects for a reader whose window is kept while only the
   * numbers of this process are known.
   */
  window(reader: string, options?: WindowOptions): WindowView | Promise<WindowView>;
  /**
   * Whether this process is the one that pushes these numbers: of several processes with the same numbers, one does. Missing if
   * there is only one process.
   */
  pushes?(): boolean | Promise<boolean>;
  /** Where the process that pushes saves its state for the next one that does. Missing if there is only one process. */
  readonly pushed?: PushedState | undefined;
}

/** Stores what has been sent so far, as text, by the name of the reader. */
export interface PushedState {
  load(reader: string): Promise<string | undefined>;
  save(reader: string, text: string): Promise<void>;
}

export interface WindowOptions {
  /** The window is never dropped: for a reader that adds up its intervals. Default: `false`. */
  readonly isKept?: boolean;
  /** The numbers were brought up to date a moment ago, and are not updated again. Default: `false`. */
  readonly isFresh?: boolean;
  /** Does not call collectors, which may be asynchronous: for a reader that reads every second. Default: `false`. */
  readonly isQuick?: boolean;
}

/** The numbers of one read, to be visited in time slices. What is added meanwhile may or may not be included. */
export interface MetricsView {
  /** Changes when a metric is added, removed or described. Until then, names that an exporter has derived remain valid. */
  readonly revision: number;
  /** When the monitor started to count, in milliseconds since 1970. */
  readonly startTime: number;
  /** When the process started, or the oldest of several that run, in milliseconds since 1970. */
  readonly processStart: number;
  /** What exporters add to every series. */
  readonly exportNames: ExportNames;
  /** The sections of the document that do not come from a registry, such as `process` and `instance`. */
  facts(): DocumentFacts;
  readonly counters: MetricFamilies<CounterFamily>;
  readonly gauges: MetricFamilies<GaugeFamily>;
  readonly histograms: MetricFamilies<HistogramFamily>;
}

/** A {@link MetricsView} that also has what happened since a reader last read. */
export interface WindowView extends MetricsView {
  /**
   * The extremes of a gauge or histogram in the window; `undefined` if it has no new value. Taking them ends the window for
   * this series: for a histogram, a reader takes either the extremes or the intervals.
   */
  extremesOf(series: GaugeSeriesView | HistogramSeriesView): Extremes | undefined;
  /** The values of a histogram in the window. Taking them ends the window for this series. */
  intervalOf(histogram: HistogramSeriesView): HistogramSnapshot;
  /** Merges the window into the next one of the reader, because what was read did not arrive. Call it at most once. */
  giveBack(): void;
}

/** All metrics of one kind. */
export interface MetricFamilies<F extends AnyFamily = AnyFamily> {
  /** In any order. */
  all(): readonly F[];
  family(name: string): F | undefined;
}

/**
 * One metric. It is the same object in every read of a source, so that an exporter can cache data about it in a
 * `WeakMap`.
 */
export interface MetricFamily<K extends MetricKind, S extends SeriesView> {
  readonly kind: K;
  readonly name: string;
  /** From the application or the definition. May change together with the revision. */
  readonly description: Description;
  /** For a metric of the monitor itself: its names for the exporters. */
  readonly definition: MetricDefinition | undefined;
  /** Whether classic buckets are part of the document. */
  readonly listsBuckets: boolean;
  /** The series without labels. */
  readonly plain: S | undefined;
  /**
   * The series with labels, in the order in which they were added. This list only grows; when series are removed, the family
   * gets a new list.
   */
  readonly labelled: readonly S[];
  /** The series with labels, sorted by the text of their labels. */
  inOrder(): Sliced<readonly S[]>;
}

export interface CounterFamily extends MetricFamily<'counter', CounterSeriesView> {}
export interface GaugeFamily extends MetricFamily<'gauge', GaugeSeriesView> {}
export interface HistogramFamily extends MetricFamily<'histogram', HistogramSeriesView> {}
export type AnyFamily = CounterFamily | GaugeFamily | HistogramFamily;

/** One series, as it is now. */
export interface SeriesView {
  /** The canonical text of its labels, such as `{method="GET"}`; empty without labels. */
  readonly labels: string;
  /**
   * Another object than before means that the series was removed and created again. Only counters and histograms of this process have
   * it: the objects of merged series, and of those of other processes, are replaced whenever a series of the metric is removed.
   */
  readonly identity?: object | undefined;
  /**
   * When it was created, in milliseconds since 1970, if a series had been removed before, which it may replace. Only counters and
   * histograms of this process have it.
   */
  readonly startTime?: number | undefined;
}

export interface CounterSeriesView extends SeriesView {
  readonly value: number;
}

export interface GaugeSeriesView extends SeriesView {
  /** `NaN` for a gauge that has no value: it is not part of any output. */
  readonly value: number;
}

export interface HistogramSeriesView extends SeriesView {
  /** The number of values so far. */
  readonly count: number;
  /** All values so far. */
  snapshot(): HistogramSnapshot;
  /** The same without a copy: read it at once, since new values change it. */
  view(): HistogramView;
  /** The latest exemplars of its buckets, in any order and possibly several of one bucket; missing if there are none. */
  readonly exemplars?: Iterable<Exemplar> | undefined;
}
