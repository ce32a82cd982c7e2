import { exactSum } from './exact-sum.js';
import type { Aggregate } from '../definitions/metric-definition.js';
import type { Extremes } from '../extremes.js';
import type { Exemplar } from '../histogram/exemplar.js';
import type { HistogramView } from '../histogram/histogram-snapshot.js';
import { HistogramSnapshot } from '../histogram/histogram-snapshot.js';
import type {
  CounterSeriesView,
  GaugeSeriesView,
  HistogramSeriesView,
  SeriesView,
  WindowView,
} from './metrics-source.js';

/** Identifies a source. */
export type SourceKey = object;

/** A series of one of the sources. */
export interface Part<S extends SeriesView> {
  readonly source: SourceKey;
  readonly series: S;
}

/** What a window has in addition to the current values. */
export type WindowReads = Pick<WindowView, 'extremesOf' | 'intervalOf' | 'giveBack'>;

/** The windows of the sources in one read. A source that was not reached has none. */
export type Windows = ReadonlyMap<SourceKey, WindowReads>;

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
    return exactSum(this.parts.map(({ series }) => series.value));
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
   * The lowest of all minima and the highest of all maxima, even if the values are added up: the extremes are then those of
   * single sources, since it is not known when each source had which value.
   */
  extremesIn(windows: Windows): Extremes | undefined {
    return widestIn(windows, this.parts);
  }
}

export class MergedHistogram extends MergedSeries<HistogramSeriesView> implements HistogramSeriesView {
  get count(): number {
    return sumOf(this.parts.map(({ series }) => series.count));
  }

  snapshot(): HistogramSnapshot {
    const snapshots = this.parts.map(({ series }) => series.snapshot());
    const withValues = snapshots.filter(({ count }) => count > 0);
    return withValues.length > 0 ? merge(withValues) : (snapshots[0] ?? HistogramSnapshot.EMPTY);
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
    return widestIn(windows, this.parts);
  }

  intervalIn(windows: Windows): HistogramSnapshot {
    const intervals = this.parts.flatMap(
      ({ source, series }) => windows.get(source)?.intervalOf(series) ?? [],
    );
    // An interval without values may have no classic buckets, and a merge with it would lose those of the others.
    const withValues = intervals.filter(({ count }) => count > 0);
    return withValues.length > 0 ? merge(withValues) : (intervals[0] ?? HistogramSnapshot.EMPTY);
  }
}

function merge(snapshots: readonly HistogramSnapshot[]): HistogramSnapshot {
  return snapshots.reduce((merged, snapshot) => merged.merge(snapshot));
}

function widestIn(
  windows: Windows,
  parts: readonly Part<GaugeSeriesView | HistogramSeriesView>[],
): Extremes | undefined {
  let widest: Extremes | undefined;
  for (const { source, series } of parts) {
    const extremes = windows.get(source)?.extremesOf(series);
    if (extremes === undefined) continue;
    const { min, max } = extremes;
    widest =
      widest === undefined
        ? { min, max }
        : { min: Math.min(widest.min, min), max: Math.max(widest.max, max) };
  }
  return widest;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
