import type { Sliced } from '../../common/slices.js';
import type { Extremes } from '../../metrics/extremes.js';
import type { HistogramSnapshot } from '../../metrics/histogram/histogram-snapshot.js';
import type { WindowReads } from '../../metrics/source/merged-series.js';
import type {
  AnyFamily,
  GaugeSeriesView,
  HistogramSeriesView,
  WindowView,
} from '../../metrics/source/metrics-source.js';
import type { ReceivedHistogram } from '../received/received-series.js';
import { ReceivedGauge } from '../received/received-series.js';
import type { ReceivedSource } from '../received/received-source.js';
import { encodeHistogram } from '../wire/histogram.codec.js';
import type { WindowLine } from '../wire/lines.js';
import { PLAIN } from '../wire/lines.js';
import type { SnapshotEncoder } from '../wire/snapshot.encoder.js';
import type { ReaderBases } from './reader-bases.js';

/**
 * A window of this process, accessed by its saved series. A saved series has the same index in its metric as the live one. A live
 * series that is not saved yet is part of the next window.
 */
export class OwnWindow implements WindowReads {
  private readonly taken = new Map<ReceivedHistogram, HistogramSnapshot>();

  /** @param bases where it is recorded what the reader has read; missing for a reader of this process alone. */
  constructor(
    private readonly saved: ReceivedSource,
    private readonly window: WindowView,
    private readonly reader: string,
    private readonly bases?: ReaderBases,
  ) {}

  extremesOf(series: GaugeSeriesView | HistogramSeriesView): Extremes | undefined {
    if (series instanceof ReceivedGauge) {
      const live = liveOf(this.window.gauges.family(series.family), series);
      return live && this.window.extremesOf(live);
    }
    const live = this.liveHistogram(series as ReceivedHistogram);
    return live && this.window.extremesOf(live);
  }

  intervalOf(histogram: HistogramSeriesView): HistogramSnapshot {
    const series = histogram as ReceivedHistogram;
    const live = this.liveHistogram(series);
    if (live === undefined) {
      const now = histogram.snapshot();
      return now.minus(now);
    }
    const interval = this.window.intervalOf(live);
    this.taken.set(series, interval);
    this.bases?.read(this.reader, series, live);
    return interval;
  }

  giveBack(): void {
    this.window.giveBack();
    for (const [series, interval] of this.taken) this.bases?.giveBack(this.reader, series, interval);
    // A second call must not count it twice.
    this.taken.clear();
  }

  /** The lines of the window, for a receiver that already has the series. */
  *lines(encoder: SnapshotEncoder, emit: (line: WindowLine) => void): Sliced<void> {
    for (const family of this.saved.gauges.all()) {
      for (const { number, at, series } of sentSeries(encoder, family)) {
        const extremes = this.extremesOf(series as GaugeSeriesView);
        if (extremes !== undefined) emit(['x', number, at, extremes.min, extremes.max]);
        if (at % 64 === 0) yield;
      }
      yield;
    }
    for (const family of this.saved.histograms.all()) {
      for (const { number, at, series } of sentSeries(encoder, family)) {
        const interval = this.intervalOf(series as HistogramSeriesView);
        if (interval.count > 0) emit(['w', number, at, encodeHistogram(interval)]);
        yield;
      }
    }
  }

  private liveHistogram(series: ReceivedHistogram): HistogramSeriesView | undefined {
    return liveOf(this.window.histograms.family(series.family), series);
  }
}

/** The live series of a saved one. If series were removed since the save, another one may be at its index. */
function liveOf<F extends AnyFamily>(
  family: F | undefined,
  { at, labels }: { readonly at: number; readonly labels: string },
): NonNullable<F['plain']> | undefined {
  const series = at === PLAIN ? family?.plain : family?.labelled[at];
  return series?.labels === labels ? (series as NonNullable<F['plain']>) : undefined;
}

function* sentSeries(encoder: SnapshotEncoder, family: AnyFamily) {
  const sent = encoder.sent(family);
  if (sent === undefined) return;
  const { number, labels, hasPlain } = sent;
  if (hasPlain && family.plain !== undefined) yield { number, at: PLAIN, series: family.plain };
  for (let at = 0; at < labels; at++) {
    const series = family.labelled[at];
    if (series !== undefined) yield { number, at, series };
  }
}
