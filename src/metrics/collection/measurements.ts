import type { Description } from '../description.js';
import type { Extremes } from '../extremes.js';
import type { HistogramSnapshot } from '../histogram/histogram-snapshot.js';
import type { MetricsRegistry } from '../registry.js';
import type { Families } from '../series/families.js';
import type { Family, Series } from '../series/family.js';
import { LabelsParser } from '../series/labels-parser.js';
import type { WindowCursor } from './reader-windows.js';
import { hasValue, refreshGauges } from './readout.js';
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

interface MetricMeasurement<K extends string, S extends SeriesMeasurement> {
  readonly kind: K;
  readonly name: string;
  /** What was said of the metric by `describe()`. */
  readonly description: Description;
  readonly series: readonly S[];
}

/** One metric with all its series. */
export type Measurement =
  | MetricMeasurement<'counter', CounterSeriesMeasurement>
  | MetricMeasurement<'gauge', GaugeSeriesMeasurement>
  | MetricMeasurement<'histogram', HistogramSeriesMeasurement>;

/** All that the monitor knows, in parts, for those who say it in another tongue than the document's. */
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

/** Reads all metrics of a registry, those of one kind in the order of their names. */
export function* measure(registry: MetricsRegistry, look: WindowCursor): Sliced<Measurement[]> {
  yield* refreshGauges(registry);
  const counters = yield* visit(registry.counters, CHEAP_STEPS, ({ labels: labelsText, value }, labels) => {
    return { labels, labelsText, value };
  });
  const gauges = yield* visit(registry.gauges, CHEAP_STEPS, (gauge, labels) => {
    if (!hasValue(gauge)) return undefined;
    return { labels, labelsText: gauge.labels, value: gauge.value, extremes: look.extremesOf(gauge) };
  });
  const histograms = yield* visit(registry.histograms, DEAR_STEPS, (histogram, labels) => {
    const interval = look.intervalOf(histogram);
    return { labels, labelsText: histogram.labels, total: histogram.snapshot(), interval };
  });
  const described = <K extends string, S extends SeriesMeasurement>(kind: K, found: Found<S>[]) =>
    found.map(({ name, series }): MetricMeasurement<K, S> => {
      return { kind, name, description: registry.descriptions.get(name) ?? {}, series };
    });
  return [
    ...described('counter', counters),
    ...described('gauge', gauges),
    ...described('histogram', histograms),
  ];
}

interface Found<S> {
  readonly name: string;
  readonly series: S[];
}

/** @param read makes a measurement at once: what is put together of several objects costs a stall, with very many of them. */
function* visit<S extends Series, M extends SeriesMeasurement>(
  families: Families<S>,
  stepsPerSlice: number,
  read: (series: S, labels: SeriesMeasurement['labels']) => M | undefined,
): Sliced<Found<M>[]> {
  const found: Found<M>[] = [];
  const parser = new LabelsParser();
  let steps = 0;
  for (const family of yield* sortSliced([...families.all()], byName)) {
    const series: M[] = [];
    for (const one of [...(family.plain ? [family.plain] : []), ...(yield* family.inOrder())]) {
      const measurement = read(one, parser.parse(one.labels));
      if (measurement !== undefined) series.push(measurement);
      if (++steps % stepsPerSlice === 0) yield;
    }
    if (series.length > 0) found.push({ name: family.name, series });
  }
  return found;
}

function byName(a: Family<Series>, b: Family<Series>): number {
  return a.name < b.name ? -1 : 1;
}
