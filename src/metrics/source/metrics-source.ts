import type { DocumentFacts } from '../collection/snapshot.js';
import type { Sliced } from '../../common/slices.js';
import type { MetricDefinition, MetricKind } from '../definitions/metric-definition.js';
import type { Description } from '../description.js';
import type { ExportNames } from '../export-names.js';
import type { Extremes } from '../extremes.js';
import type { Exemplar } from '../histogram/exemplar.js';
import type { HistogramSnapshot, HistogramView } from '../histogram/histogram-snapshot.js';

/** The token under which Nest providers get the {@link MetricsSource} that everything of this application reads. */
export const METRICS_SOURCE = Symbol('METRICS_SOURCE');

/**
 * The source of all numbers that leave the monitor: the registry of this process, or several processes merged. Its
 * readers (the document, exporters, history, other processes) know nothing else.
 *
 * {@link now} and {@link window} first bring all numbers up to date. They return at once where there is nothing to wait for, so that a
 * read sees the moment at which it was called. `readNow()` and `readWindow()` do the rest of a read.
 */
export interface MetricsSource {
  /** The current values, outside of any window. */
  now(): MetricsView | Promise<MetricsView>;
  /** What is there without bringing anything up to date, at once: for the names of metrics. */
  latest(): MetricsView;
  /** The numbers as they are now, with a new window of a reader. */
  window(reader: string, options?: WindowOptions): WindowView | Promise<WindowView>;
  /**
   * Whether it is this process that sends these numbers to where they are pushed: of several that have the same ones, one. Missing
   * where there is only one.
   */
  pushes?(): boolean | Promise<boolean>;
  /** Where the one that sends leaves what the next one has to know. Missing where there is only one. */
  readonly pushed?: PushedState | undefined;
}

/** What has been sent so far, as text, by the name of the reader. */
export interface PushedState {
  load(reader: string): Promise<string | undefined>;
  save(reader: string, text: string): Promise<void>;
}

export interface WindowOptions {
  /** The reader is never forgotten: for one that adds intervals up. Default: `false`. */
  readonly isKept?: boolean;
  /** The numbers were brought up to date a moment ago, so it is not done again. Default: `false`. */
  readonly isFresh?: boolean;
  /** Leave out collectors, which may have to be waited for: for a reader that reads every second. Default: `false`. */
  readonly isQuick?: boolean;
}

/** The numbers of one read, to be visited in time slices. What is added meanwhile may be part of it or not. */
export interface MetricsView {
  /** Changes when there is a new metric or description: until then, names that an exporter has made stay right. */
  readonly revision: number;
  /** When the monitor began to count, in milliseconds since 1970. */
  readonly startTime: number;
  /** What exporters add to every series. */
  readonly exportNames: ExportNames;
  /** The `process` and `instance` sections of the document. */
  facts(): DocumentFacts;
  readonly counters: MetricFamilies<CounterFamily>;
  readonly gauges: MetricFamilies<GaugeFamily>;
  readonly histograms: MetricFamilies<HistogramFamily>;
}

/** A {@link MetricsView} that also has what happened since a reader last read. */
export interface WindowView extends MetricsView {
  /**
   * The extremes of a gauge or histogram in the window; `undefined` if it was not set, or has no value. Taking them ends the
   * window for this series: of a histogram, a reader takes either these or intervals.
   */
  extremesOf(series: GaugeSeriesView | HistogramSeriesView): Extremes | undefined;
  /** The values of a histogram in the window. Taking them ends the window for this series. */
  intervalOf(histogram: HistogramSeriesView): HistogramSnapshot;
  /** Merges the window into the next one of the reader, because what was read did not arrive. Once at most. */
  giveBack(): void;
}

/** All metrics of one kind. */
export interface MetricFamilies<F extends AnyFamily = AnyFamily> {
  /** In any order. */
  all(): readonly F[];
  family(name: string): F | undefined;
}

/**
 * One metric. It is the same object in every read of a source, so that an exporter can keep what it knows about it in a
 * `WeakMap`.
 */
export interface MetricFamily<K extends MetricKind, S extends SeriesView> {
  readonly kind: K;
  readonly name: string;
  /** What the application or the definition says of it. May change together with the revision. */
  readonly description: Description;
  /** For a metric of the monitor itself: its names for the exporters. */
  readonly definition: MetricDefinition | undefined;
  /** Whether classic buckets are part of the document. */
  readonly listsBuckets: boolean;
  /** The series without labels. */
  readonly plain: S | undefined;
  /**
   * The series with labels, in the order in which they came. This list only grows; where series are removed, the family
   * has another list from then on.
   */
  readonly labelled: readonly S[];
  /** The series with labels in the order of their texts. */
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
}

export interface CounterSeriesView extends SeriesView {
  readonly value: number;
}

export interface GaugeSeriesView extends SeriesView {
  /** `NaN` for a gauge that has no value: it is not part of any output. */
  readonly value: number;
}

export interface HistogramSeriesView extends SeriesView {
  /** How many values there are so far. */
  readonly count: number;
  /** All values so far. */
  snapshot(): HistogramSnapshot;
  /** The same without a copy: to be read at once. */
  view(): HistogramView;
  /** The latest exemplars of its buckets, in any order and maybe several of one bucket; missing without any. */
  readonly exemplars?: Iterable<Exemplar> | undefined;
}
