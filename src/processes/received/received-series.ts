import type { Exemplar } from '../../metrics/histogram/exemplar.js';
import { HistogramSnapshot } from '../../metrics/histogram/histogram-snapshot.js';
import type {
  CounterSeriesView,
  GaugeSeriesView,
  HistogramSeriesView,
} from '../../metrics/source/metrics-source.js';

/** A total that another process has sent. It never falls, in whatever order what was sent and what was saved arrive. */
export class ReceivedCounter implements CounterSeriesView {
  value = 0;

  constructor(
    readonly labels: string,
    readonly family: string,
    readonly at: number,
  ) {}

  take(value: number): void {
    if (value > this.value) this.value = value;
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

  take(snapshot: HistogramSnapshot): void {
    if (snapshot.count >= this.current.count) this.current = snapshot;
  }

  snapshot(): HistogramSnapshot {
    return this.current;
  }

  view(): HistogramSnapshot {
    return this.current;
  }
}

export type ReceivedSeries = ReceivedCounter | ReceivedGauge | ReceivedHistogram;
