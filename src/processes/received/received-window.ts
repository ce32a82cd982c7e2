import type { Extremes } from '../../metrics/extremes.js';
import type { HistogramSnapshot } from '../../metrics/histogram/histogram-snapshot.js';
import type { WindowReads } from '../../metrics/source/merged-series.js';
import type { GaugeSeriesView, HistogramSeriesView } from '../../metrics/source/metrics-source.js';
import type { UnreadIntervals } from '../group/unread-intervals.js';

/** The part of a reader's window that another process has sent. */
export class ReceivedWindow implements WindowReads {
  readonly extremes = new Map<object, Extremes>();
  readonly intervals = new Map<object, HistogramSnapshot>();

  /** @param onGiveBack called with the intervals when the window is given back. */
  constructor(private readonly onGiveBack: (intervals: UnreadIntervals) => void) {}

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
    // The series are received ones.
    const intervals = new Map(this.intervals) as UnreadIntervals;
    this.extremes.clear();
    this.intervals.clear();
    this.onGiveBack(intervals);
  }
}
