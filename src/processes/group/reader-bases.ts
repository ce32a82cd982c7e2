import { oldestBeyond } from '../../common/oldest-beyond.js';
import type { Sliced } from '../../common/slices.js';
import type { HistogramSnapshot } from '../../metrics/histogram/histogram-snapshot.js';
import type { HistogramSeriesView } from '../../metrics/source/metrics-source.js';
import type { ReceivedFamily } from '../received/received-family.js';
import type { ReceivedHistogram } from '../received/received-series.js';
import type { ReceivedSource } from '../received/received-source.js';
import { decodeHistogram, encodeHistogram } from '../wire/histogram.codec.js';
import { WireError } from '../wire/lines.js';

/** The most readers, the same as for the windows of a process. */
export const MAX_READERS = 20;

/** The beginning of the names of readers that read a single process. They are not readers of the group. */
export const SINGLE_PROCESS = 'process:';

type ChangedBase = readonly [reader: string, series: ReceivedHistogram, snapshot: HistogramSnapshot];

/** The histograms as they were when a reader last read them. */
export interface SavedBase {
  get(family: string, labels: string): HistogramSnapshot | undefined;
}

/**
 * Where the window of each reader began, so that what a process recorded between the last read and its end is still delivered to
 * that reader.
 */
export class ReaderBases {
  private readonly bases = new Map<string, Map<ReceivedHistogram, HistogramSnapshot>>();
  /** Bases that were changed since the last save, other than by {@link mark}. */
  private readonly changes: ChangedBase[] = [];

  constructor(private readonly source: ReceivedSource) {}

  /** Those that have read last come last. */
  get readers(): readonly string[] {
    return [...this.bases.keys()];
  }

  of(reader: string): SavedBase | undefined {
    const base = this.bases.get(reader);
    if (base === undefined) return undefined;
    const { histograms } = this.source;
    return {
      get: (name, labels) => {
        const family = histograms.received().find((one) => one.name === name);
        const series = family?.find(labels);
        return series && base.get(series);
      },
    };
  }

  /** Records that a reader has read everything up to now. */
  mark(reader: string): void {
    const base = new Map<ReceivedHistogram, HistogramSnapshot>();
    for (const family of this.source.histograms.received()) {
      for (const series of family.all()) base.set(series, series.snapshot());
    }
    for (const [changed, series, snapshot] of this.changes)
      if (changed === reader) base.set(series, snapshot);
    this.bases.delete(reader);
    this.bases.set(reader, base);
    const oldest = oldestBeyond(MAX_READERS, this.bases);
    if (oldest !== undefined) this.bases.delete(oldest);
  }

  /** Records that a reader has read a histogram, which may have more values than were saved when the reader was marked. */
  read(reader: string, series: ReceivedHistogram, live: HistogramSeriesView): void {
    if (this.bases.get(reader)?.get(series)?.count !== live.count)
      this.change(reader, series, live.snapshot());
  }

  /** Records that a reader did not get what it has read. */
  giveBack(reader: string, series: ReceivedHistogram, interval: HistogramSnapshot): void {
    const base = this.bases.get(reader)?.get(series);
    if (base !== undefined && interval.count > 0) this.change(reader, series, base.minus(interval));
  }

  /** The lines with the bases that were changed since the last call, other than by {@link mark}. */
  changedLines(): string[] {
    const changes = this.changes.splice(0);
    if (changes.length === 0) return [];
    const current = this.seriesWithout(new Set());
    const isKnown = ([reader, series]: ChangedBase) => this.bases.has(reader) && current.has(series);
    return changes.filter(isKnown).map((change) => lineOf(...change));
  }

  /**
   * The lines with all bases, for a file.
   *
   * @param stale metrics that lose series with this file. Series that were removed are left out: the file would bring them back.
   */
  *lines(stale: ReadonlySet<ReceivedFamily>): Sliced<string[]> {
    const lines: string[] = [];
    const current = this.seriesWithout(stale);
    for (const [reader, base] of this.bases) {
      for (const [series, snapshot] of base) {
        if (!current.has(series)) continue;
        lines.push(lineOf(reader, series, snapshot));
        yield;
      }
    }
    return lines;
  }

  /** @throws WireError for anything that {@link lines} does not make. */
  decode([, reader, name, labels, histogram]: readonly unknown[]): void {
    if (typeof reader !== 'string' || typeof name !== 'string' || typeof labels !== 'string') {
      throw new WireError('not the window of a reader');
    }
    if (!this.bases.has(reader) && this.bases.size >= MAX_READERS) throw new WireError('too many readers');
    const base = this.bases.get(reader) ?? new Map<ReceivedHistogram, HistogramSnapshot>();
    base.set(this.source.histograms.obtain(name).series(labels), decodeHistogram(histogram));
    this.bases.set(reader, base);
  }

  private change(...change: ChangedBase): void {
    const [reader, series, snapshot] = change;
    if (this.bases.get(reader)?.set(series, snapshot) !== undefined) this.changes.push(change);
  }

  private seriesWithout(stale: ReadonlySet<ReceivedFamily>): ReadonlySet<ReceivedHistogram> {
    const families = this.source.histograms.received().filter((family) => !stale.has(family));
    return new Set(families.flatMap((family) => [...family.all()]));
  }
}

function lineOf(...[reader, { family, labels }, snapshot]: ChangedBase): string {
  return `${JSON.stringify(['b', reader, family, labels, encodeHistogram(snapshot)])}\n`;
}
