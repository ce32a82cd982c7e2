import type { Exemplar } from '../../metrics/histogram/exemplar.js';
import { HistogramSnapshot } from '../../metrics/histogram/histogram-snapshot.js';
import type {
  CounterSeriesView,
  GaugeSeriesView,
  HistogramSeriesView,
} from '../../metrics/source/metrics-source.js';

/** A total of another process. It never falls, whatever the order in which sent and saved totals arrive, unless it began again. */
export class ReceivedCounter implements CounterSeriesView {
  value = 0;

  constructor(
    readonly labels: string,
    readonly family: string,
    readonly at: number,
  ) {}

  /** @param isNewer whether this value is newer than the present one: if it is lower, the counter was removed and began again. */
  take(value: number, isNewer = false): void {
    if (value > this.value || isNewer) this.value = value;
  }
}

export class ReceivedGauge implements GaugeSeriesView {
  value = Number.NaN;

  constructor(
    readonly labels: string,
    readonly family: string,
    readonly at: number,
  ) {}
}

export class ReceivedHistogram implements HistogramSeriesView {
  exemplars: readonly Exemplar[] | undefined;
  private current = HistogramSnapshot.EMPTY;

  constructor(
    readonly labels: string,
    readonly family: string,
    readonly at: number,
  ) {}

  get count(): number {
    return this.current.count;
  }

  /** @param isNewer as in {@link ReceivedCounter.take}. */
  take(snapshot: HistogramSnapshot, isNewer = false): void {
    if (snapshot.count >= this.current.count || isNewer) this.current = snapshot;
  }

  snapshot(): HistogramSnapshot {
    return this.current;
  }

  view(): HistogramSnapshot {
    return this.current;
  }
}

export type ReceivedSeries = ReceivedCounter | ReceivedGauge | ReceivedHistogram;
