import type { Sliced } from '../../common/slices.js';
import type { HistogramSnapshot } from '../../metrics/histogram/histogram-snapshot.js';
import type { ReceivedHistogram } from '../received/received-series.js';
import type { ReceivedSource } from '../received/received-source.js';
import type { SavedBase } from './reader-bases.js';

/** What a reader has not read yet of histograms, by their series. Series without such values are left out. */
export type UnreadIntervals = ReadonlyMap<ReceivedHistogram, HistogramSnapshot>;

/** @param base `undefined` for a reader that has never read the source: nothing of it was read. */
export function* unreadSince(
  source: ReceivedSource,
  base: SavedBase | undefined,
): Sliced<Map<ReceivedHistogram, HistogramSnapshot>> {
  const intervals = new Map<ReceivedHistogram, HistogramSnapshot>();
  for (const family of source.histograms.received()) {
    for (const series of family.all()) {
      const before = base?.get(family.name, series.labels);
      const total = series.snapshot();
      const interval = before === undefined ? total : total.minus(before);
      if (interval.count > 0) intervals.set(series, interval);
      yield;
    }
  }
  return intervals;
}

/** Adds intervals of another source to those of the series with the same labels. */
export function* addIntervals(
  sum: Map<ReceivedHistogram, HistogramSnapshot>,
  source: ReceivedSource,
  intervals: UnreadIntervals,
): Sliced<void> {
  for (const [{ family, labels }, interval] of intervals) {
    const series = source.histograms.obtain(family).series(labels);
    const before = sum.get(series);
    sum.set(series, before === undefined ? interval : before.merge(interval));
    yield;
  }
}
