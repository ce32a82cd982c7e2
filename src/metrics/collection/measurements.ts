import type { Description } from '../description.js';
import type { ExportNames } from '../export-names.js';
import type { Extremes } from '../extremes.js';
import type { HistogramSnapshot } from '../histogram/histogram-snapshot.js';
import type { MetricDefinition, MetricKind } from '../definitions/metric-definition.js';
import { LabelsParser } from '../series/labels-parser.js';
import type { AnyFamily, MetricFamilies, WindowView } from '../source/metrics-source.js';
import { CounterMeasurement } from './counter-measurement.js';
import { hasValue } from './readout.js';
import type { Sliced } from '../../common/slices.js';
import { sortSliced } from '../../common/slices.js';
import type { InstanceInfo, ProcessMetrics } from './snapshot.js';

/** One series, of any kind. */
export interface SeriesMeasurement {
  /** The labels of the series. */
  readonly labels: Readonly<Record<string, string>>;
  /** The canonical text of the labels, unique within the metric. */
  readonly labelsText: string;
}

export interface CounterSeriesMeasurement extends SeriesMeasurement {
  /** The total since the start time. */
  readonly value: number;
  /** When the series began, if it may have been removed and created again. Default: {@link Measurements.startTime}. */
  readonly startTime?: number | undefined;
}

export interface GaugeSeriesMeasurement extends SeriesMeasurement {
  readonly value: number;
  /** The lowest and highest value since this reader last read; `undefined` if it was not set since. */
  readonly extremes: Extremes | undefined;
}

export interface HistogramSeriesMeasurement extends SeriesMeasurement {
  /** All values since the start time. */
  readonly total: HistogramSnapshot;
  /** As that of a counter. */
  readonly startTime?: number | undefined;
  /** The values since this reader last read. */
  readonly interval: HistogramSnapshot;
}

/** One metric of a kind, with all its series. */
export interface MetricMeasurement<K extends MetricKind, S extends SeriesMeasurement> {
  readonly kind: K;
  readonly name: string;
  /** From `describe()`, or from the definition of a metric of the monitor itself. */
  readonly description: Description;
  /** For a metric of the monitor itself: its names for exporters. */
  readonly definition: MetricDefinition | undefined;
  readonly series: readonly S[];
}

/** One metric with all its series. */
export type Measurement =
  | MetricMeasurement<'counter', CounterSeriesMeasurement>
  | MetricMeasurement<'gauge', GaugeSeriesMeasurement>
  | MetricMeasurement<'histogram', HistogramSeriesMeasurement>;

/** All metrics as plain lists, for exporters. */
export interface Measurements {
  /** When the monitor started to count, in milliseconds since 1970. */
  readonly startTime: number;
  /** When this was read, in milliseconds since 1970. */
  readonly time: number;
  readonly process: ProcessMetrics;
  readonly instance: InstanceInfo;
  /** The options `labels` and `prefix`, which an exporter adds to every series. Names and labels here do not include them. */
  readonly exportNames: ExportNames;
  readonly metrics: readonly Measurement[];
}

/** Series per time slice. A histogram is read in some 10 µs, other series in 1 or 2. */
const [NUMBERS_PER_SLICE, HISTOGRAMS_PER_SLICE] = [128, 1];

/** Reads all metrics of a view, sorted by kind and then by name. */
export function* measure(view: WindowView): Sliced<Measurements> {
  const { startTime, exportNames } = view;
  const { process, instance } = view.facts();
  const counters = yield* visit(
    view.counters,
    NUMBERS_PER_SLICE,
    (counter, labels) => new CounterMeasurement(labels, counter),
  );
  const gauges = yield* visit(view.gauges, NUMBERS_PER_SLICE, (gauge, labels) => {
    if (!hasValue(gauge)) return undefined;
    return { labels, labelsText: gauge.labels, value: gauge.value, extremes: view.extremesOf(gauge) };
  });
  const histograms = yield* visit(view.histograms, HISTOGRAMS_PER_SLICE, (histogram, labels) => {
    const interval = view.intervalOf(histogram);
    const { labels: labelsText, startTime } = histogram;
    return { labels, labelsText, total: histogram.snapshot(), startTime, interval };
  });
  const metrics = [
    ...measurementsOf('counter', counters),
    ...measurementsOf('gauge', gauges),
    ...measurementsOf('histogram', histograms),
  ];
  return { startTime, time: Date.now(), process, instance, exportNames, metrics };
}

interface Found<S> {
  readonly family: AnyFamily;
  readonly series: S[];
}

function measurementsOf<K extends MetricKind, S extends SeriesMeasurement>(
  kind: K,
  found: Found<S>[],
): MetricMeasurement<K, S>[] {
  return found.map(({ family: { name, description, definition }, series }) => {
    return { kind, name, description, definition, series };
  });
}

/**
 * @param read returns a measurement, as one new object: with very many series, more objects would stall the event loop
 * by garbage collection.
 */
function* visit<F extends AnyFamily, M extends SeriesMeasurement>(
  families: MetricFamilies<F>,
  stepsPerSlice: number,
  read: (series: NonNullable<F['plain']>, labels: SeriesMeasurement['labels']) => M | undefined,
): Sliced<Found<M>[]> {
  const found: Found<M>[] = [];
  const parser = new LabelsParser();
  let steps = 0;
  for (const family of yield* sortSliced(families.all(), byName)) {
    const series: M[] = [];
    for (const one of [...(family.plain ? [family.plain] : []), ...(yield* family.inOrder())]) {
      const measurement = read(one, parser.parse(one.labels));
      if (measurement !== undefined) series.push(measurement);
      if (++steps % stepsPerSlice === 0) yield;
    }
    if (series.length > 0) found.push({ family, series });
  }
  return found;
}

function byName(a: AnyFamily, b: AnyFamily): number {
  return a.name < b.name ? -1 : 1;
}
