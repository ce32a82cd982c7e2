import type { Aggregate } from '../definitions/metric-definition.js';
import type { Extremes } from '../extremes.js';
import type { Exemplar } from '../histogram/exemplar.js';
import type { HistogramSnapshot, HistogramView } from '../histogram/histogram-snapshot.js';
import type {
  CounterSeriesView,
  GaugeSeriesView,
  HistogramSeriesView,
  MetricsSource,
  SeriesView,
  WindowView,
} from './metrics-source.js';

/** A series of one of the sources. */
export interface Part<S extends SeriesView> {
  readonly source: MetricsSource;
  readonly series: S;
}

/** The windows of the sources in one read. */
export type Windows = ReadonlyMap<MetricsSource, WindowView>;

/** The series of several sources that have the same labels. There is at least one. */
abstract class MergedSeries<S extends SeriesView> implements SeriesView {
  protected readonly parts: Part<S>[] = [];

  constructor(readonly labels: string) {}

  add(part: Part<S>): void {
    this.parts.push(part);
  }
}

export class MergedCounter extends MergedSeries<CounterSeriesView> implements CounterSeriesView {
  get value(): number {
    let sum = 0;
    for (const { series } of this.parts) sum += series.value;
    return sum;
  }
}

export class MergedGauge extends MergedSeries<GaugeSeriesView> implements GaugeSeriesView {
  constructor(
    labels: string,
    private readonly aggregate: Aggregate,
  ) {
    super(labels);
  }

  get value(): number {
    const values = this.parts.map(({ series }) => series.value).filter((value) => !Number.isNaN(value));
    if (values.length === 0) return Number.NaN;
    if (this.aggregate === 'max') return Math.max(...values);
    if (this.aggregate === 'min') return Math.min(...values);
    return sumOf(values);
  }

  /**
   * The lowest of all minima and the highest of all maxima. For a sum, the sums of the minima and of the maxima, between
   * which it has been all the time; a source that did not set its gauge has both at its value.
   */
  extremesIn(windows: Windows): Extremes | undefined {
    const found: Extremes[] = [];
    const unset: number[] = [];
    for (const { source, series } of this.parts) {
      const extremes = windows.get(source)?.extremesOf(series);
      if (extremes !== undefined) found.push(extremes);
      else if (!Number.isNaN(series.value)) unset.push(series.value);
    }
    if (found.length === 0) return undefined;
    const [lows, highs] = [found.map(({ min }) => min), found.map(({ max }) => max)];
    if (this.aggregate === 'max' || this.aggregate === 'min') {
      return { min: Math.min(...lows), max: Math.max(...highs) };
    }
    const rest = sumOf(unset);
    return { min: sumOf(lows) + rest, max: sumOf(highs) + rest };
  }
}

export class MergedHistogram extends MergedSeries<HistogramSeriesView> implements HistogramSeriesView {
  get count(): number {
    return sumOf(this.parts.map(({ series }) => series.count));
  }

  snapshot(): HistogramSnapshot {
    return merge(this.parts.map(({ series }) => series.snapshot()));
  }

  view(): HistogramView {
    const [first, ...others] = this.parts;
    return first !== undefined && others.length === 0 ? first.series.view() : this.snapshot();
  }

  get exemplars(): Iterable<Exemplar> | undefined {
    const found = this.parts.flatMap(({ series }) => [...(series.exemplars ?? [])]);
    return found.length === 0 ? undefined : found;
  }

  extremesIn(windows: Windows): Extremes | undefined {
    const found = this.parts.flatMap(({ source, series }) => windows.get(source)?.extremesOf(series) ?? []);
    if (found.length === 0) return undefined;
    return {
      min: Math.min(...found.map(({ min }) => min)),
      max: Math.max(...found.map(({ max }) => max)),
    };
  }

  intervalIn(windows: Windows): HistogramSnapshot {
    return merge(this.parts.flatMap(({ source, series }) => windows.get(source)?.intervalOf(series) ?? []));
  }
}

function merge(snapshots: readonly HistogramSnapshot[]): HistogramSnapshot {
  return snapshots.reduce((merged, snapshot) => merged.merge(snapshot));
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
