import type { Description } from '../description.js';
import type { Extremes } from '../extremes.js';
import type { HistogramSnapshot } from '../histogram/histogram-snapshot.js';
import type { MetricDefinition, MetricKind } from '../definitions/metric-definition.js';
import { LabelsParser } from '../series/labels-parser.js';
import type { AnyFamily, MetricFamilies, WindowView } from '../source/metrics-source.js';
import { hasValue } from './readout.js';
import type { Sliced } from '../../common/slices.js';
import { sortSliced } from '../../common/slices.js';
import type { InstanceInfo, ProcessMetrics } from './snapshot.js';

/** What one series says, whatever its kind. */
export interface SeriesMeasurement {
  /** The labels of the series. */
  readonly labels: Readonly<Record<string, string>>;
  /** Their canonical text, which no other series of the metric has. */
  readonly labelsText: string;
}

export interface CounterSeriesMeasurement extends SeriesMeasurement {
  /** The total since {@link Measurements.startTime}. */
  readonly value: number;
}

export interface GaugeSeriesMeasurement extends SeriesMeasurement {
  readonly value: number;
  /** The lowest and highest value since this reader last looked; `undefined` if it was not set since. */
  readonly extremes: Extremes | undefined;
}

export interface HistogramSeriesMeasurement extends SeriesMeasurement {
  /** All values since {@link Measurements.startTime}. */
  readonly total: HistogramSnapshot;
  /** The values since this reader last looked. */
  readonly interval: HistogramSnapshot;
}

/** One metric of a kind, with all its series. */
export interface MetricMeasurement<K extends MetricKind, S extends SeriesMeasurement> {
  readonly kind: K;
  readonly name: string;
  /** What was said of the metric by `describe()`, or is known of it where it is one of the monitor itself. */
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

/** All that the monitor knows, in parts, for exporters. */
export interface Measurements {
  /** When the monitor began to count, in milliseconds since 1970. */
  readonly startTime: number;
  /** When this was read, in milliseconds since 1970. */
  readonly time: number;
  readonly process: ProcessMetrics;
  readonly instance: InstanceInfo;
  readonly metrics: readonly Measurement[];
}

/** A series of a histogram is read in some 10 µs, all others in 1 or 2. */
const [CHEAP_STEPS, DEAR_STEPS] = [128, 1];

/** Reads all metrics of a view, those of one kind in the order of their names. */
export function* measure(view: WindowView): Sliced<Measurements> {
  const { startTime } = view;
  const { process, instance } = view.facts();
  const counters = yield* visit(view.counters, CHEAP_STEPS, ({ labels: labelsText, value }, labels) => {
    return { labels, labelsText, value };
  });
  const gauges = yield* visit(view.gauges, CHEAP_STEPS, (gauge, labels) => {
    if (!hasValue(gauge)) return undefined;
    return { labels, labelsText: gauge.labels, value: gauge.value, extremes: view.extremesOf(gauge) };
  });
  const histograms = yield* visit(view.histograms, DEAR_STEPS, (histogram, labels) => {
    const interval = view.intervalOf(histogram);
    return { labels, labelsText: histogram.labels, total: histogram.snapshot(), interval };
  });
  const metrics = [
    ...measurementsOf('counter', counters),
    ...measurementsOf('gauge', gauges),
    ...measurementsOf('histogram', histograms),
  ];
  return { startTime, time: Date.now(), process, instance, metrics };
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
 * @param read makes a measurement. It makes one object: with very many series, more of them stall the event loop in
 * garbage collections.
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
