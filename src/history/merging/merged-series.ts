import { seriesName } from '../../metrics/series/series-name.js';
import type { HistorySeries } from '../history-document.js';
import type { HistoryCopy } from './history-copy.js';

/** The series of one process that is a part of a merged one. */
export interface SeriesPart {
  readonly copy: HistoryCopy;
  readonly index: number;
}

/** A series of all processes together. */
export interface MergedSeries {
  readonly identity: HistorySeries;
  parts: SeriesPart[];
}

/** All series of several processes. Their order does not change, so that clients can know them by their index. */
export class SeriesTable {
  readonly all: MergedSeries[] = [];
  private readonly byKey = new Map<string, MergedSeries>();
  private readonly known = new Map<HistoryCopy, number>();

  /** Takes the series of these processes, and no other ones. */
  update(copies: readonly HistoryCopy[]): void {
    if (copies.length !== this.known.size || copies.some((copy) => !this.known.has(copy))) {
      this.known.clear();
      for (const one of this.all) one.parts = [];
    }
    for (const copy of copies) {
      for (let index = this.known.get(copy) ?? 0; index < copy.series.length; index++) this.add(copy, index);
      this.known.set(copy, copy.series.length);
    }
  }

  private add(copy: HistoryCopy, index: number): void {
    const identity = identityOf(copy.series[index] as HistorySeries, copy);
    // A metric that is of another kind in another process is not the same.
    const key = `${identity.kind} ${identity.key}`;
    let merged = this.byKey.get(key);
    if (merged === undefined) {
      merged = { identity, parts: [] };
      this.byKey.set(key, merged);
      this.all.push(merged);
    }
    // The numbers of a process are counted once, however many of its threads are there.
    if (isOfProcess(identity) && merged.parts.some((part) => part.copy.owner.pid === copy.owner.pid)) return;
    merged.parts.push({ copy, index });
  }
}

function identityOf(series: HistorySeries, { owner }: HistoryCopy): HistorySeries {
  if (series.aggregate !== 'process') return series;
  const { pid, thread } = owner;
  // The same label as in the document.
  const labels = { ...series.labels, process: thread === null ? String(pid) : `${pid}:${thread}` };
  return { ...series, labels, key: seriesName(series.name, labels) };
}

function isOfProcess({ name, builtIn }: HistorySeries): boolean {
  return builtIn && name.startsWith('process.');
}
