import type { Sliced } from '../../common/slices.js';
import type { HistogramSnapshot } from '../../metrics/histogram/histogram-snapshot.js';
import type { ReceivedHistogram } from '../received/received-series.js';
import type { ReceivedSource } from '../received/received-source.js';
import { decodeHistogram, encodeHistogram } from '../wire/histogram.codec.js';
import { WireError } from '../wire/lines.js';

/** So many readers are known, as in the windows of a process. */
const MAX_READERS = 20;

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

  constructor(private readonly source: ReceivedSource) {}

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

  /** A reader has read everything up to here. */
  mark(reader: string): void {
    const base = new Map<ReceivedHistogram, HistogramSnapshot>();
    for (const family of this.source.histograms.received()) {
      for (const series of family.all()) base.set(series, series.snapshot());
    }
    this.bases.delete(reader);
    this.bases.set(reader, base);
    const [oldest] = this.bases.keys();
    if (this.bases.size > MAX_READERS && oldest !== undefined) this.bases.delete(oldest);
  }

  /** All of them, for a file. */
  *lines(): Sliced<string[]> {
    const lines: string[] = [];
    for (const [reader, base] of this.bases) {
      for (const [series, snapshot] of base) {
        const line = ['b', reader, series.family, series.labels, encodeHistogram(snapshot)];
        lines.push(`${JSON.stringify(line)}\n`);
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
}
