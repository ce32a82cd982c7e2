import type { Sliced } from '../../common/slices.js';
import type { HistogramSnapshot } from '../../metrics/histogram/histogram-snapshot.js';
import type { ReceivedHistogram } from '../received/received-series.js';
import type { ReceivedSource } from '../received/received-source.js';
import { decodeHistogram, encodeHistogram } from '../wire/histogram.codec.js';
import { WireError } from '../wire/lines.js';
import { MAX_READERS } from './reader-bases.js';
import type { UnreadIntervals } from './unread-intervals.js';
import { addIntervals } from './unread-intervals.js';

/** What each reader has not read yet of members that were merged. */
export class PendingWindows {
  private readonly byReader = new Map<string, Map<ReceivedHistogram, HistogramSnapshot>>();

  /** @param source the totals of these members. */
  constructor(private readonly source: ReceivedSource) {}

  get readers(): readonly string[] {
    return [...this.byReader.keys()];
  }

  /** @returns `undefined` for a reader that has read none of these members, or is not one of the last ones. */
  of(reader: string): UnreadIntervals | undefined {
    return this.byReader.get(reader);
  }

  /** Adds a reader, of which nothing is pending yet. */
  addReader(reader: string): void {
    if (!this.byReader.has(reader)) this.byReader.set(reader, new Map());
  }

  *add(reader: string, intervals: UnreadIntervals): Sliced<void> {
    this.addReader(reader);
    yield* addIntervals(this.byReader.get(reader) ?? new Map(), this.source, intervals);
  }

  /** The lines for a file. */
  *lines(): Sliced<string[]> {
    const lines: string[] = [];
    for (const [reader, intervals] of this.byReader) {
      lines.push(`${JSON.stringify(['p', reader])}\n`);
      for (const [{ family, labels }, interval] of intervals) {
        lines.push(`${JSON.stringify(['p', reader, family, labels, encodeHistogram(interval)])}\n`);
        yield;
      }
    }
    return lines;
  }

  /** @throws WireError for anything that {@link lines} does not make. */
  decode([, reader, name, labels, histogram]: readonly unknown[]): void {
    if (typeof reader !== 'string') throw new WireError('not the window of a reader');
    this.addReader(reader);
    if (this.byReader.size > MAX_READERS) throw new WireError('too many readers');
    if (name === undefined) return;
    if (typeof name !== 'string' || typeof labels !== 'string')
      throw new WireError('not the window of a reader');
    const series = this.source.histograms.obtain(name).series(labels);
    this.byReader.get(reader)?.set(series, decodeHistogram(histogram));
  }
}
