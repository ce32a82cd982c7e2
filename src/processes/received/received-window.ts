import type { Extremes } from '../../metrics/extremes.js';
import type { HistogramSnapshot } from '../../metrics/histogram/histogram-snapshot.js';
import type { WindowReads } from '../../metrics/source/merged-series.js';
import type { GaugeSeriesView, HistogramSeriesView } from '../../metrics/source/metrics-source.js';

/** What another process has sent of a reader's window. */
export class ReceivedWindow implements WindowReads {
  readonly extremes = new Map<object, Extremes>();
  readonly intervals = new Map<object, HistogramSnapshot>();

  /** @param onGiveBack tells the other process, once. */
  constructor(private readonly onGiveBack: () => void) {}

  extremesOf(series: GaugeSeriesView | HistogramSeriesView): Extremes | undefined {
    const interval = this.intervals.get(series);
    if (interval?.min !== undefined && interval.max !== undefined) {
      return { min: interval.min, max: interval.max };
    }
    return this.extremes.get(series);
  }

  intervalOf(histogram: HistogramSeriesView): HistogramSnapshot {
    const interval = this.intervals.get(histogram);
    if (interval !== undefined) return interval;
    const now = histogram.snapshot();
    return now.minus(now);
  }

  giveBack(): void {
    this.extremes.clear();
    this.intervals.clear();
    this.onGiveBack();
  }
}
