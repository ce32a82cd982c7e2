import { seriesName } from '../../metrics/series/series-name.js';
import { processKey } from '../../metrics/source/process-identity.js';
import { ProcessLabels } from '../../metrics/source/process-labels.js';
import type { HistorySeries } from '../history-document.js';
import type { HistoryCopy } from './history-copy.js';

/** A series of one process that is part of a merged one. */
export interface SeriesPart {
  readonly copy: HistoryCopy;
  readonly index: number;
}

/** A series of all processes together. */
export interface MergedSeries {
  readonly identity: HistorySeries;
  parts: SeriesPart[];
  /** The processes of the parts, for a series of which each process has one, however many of its threads report it. */
  readonly processes: Set<string>;
}

/** All series of several processes. Their order does not change, so that clients can refer to them by their index. */
export class SeriesTable {
  readonly all: MergedSeries[] = [];
  private readonly byKey = new Map<string, MergedSeries>();
  private readonly known = new Map<HistoryCopy, number>();
  private readonly labels = new ProcessLabels();

  /** Updates the merged series so that they consist of the series of exactly these processes. */
  update(copies: readonly HistoryCopy[]): void {
    const hasNewLabels = this.labels.update(copies.map(({ identity }) => identity));
    if (hasNewLabels || copies.length !== this.known.size || copies.some((copy) => !this.known.has(copy))) {
      this.known.clear();
      for (const one of this.all) {
        one.parts = [];
        one.processes.clear();
      }
    }
    for (const copy of copies) {
      for (let index = this.known.get(copy) ?? 0; index < copy.series.length; index++) this.add(copy, index);
      this.known.set(copy, copy.series.length);
    }
  }

  private add(copy: HistoryCopy, index: number): void {
    const identity = this.identityOf(copy.series[index] as HistorySeries, copy);
    // Metrics with the same name and different kinds are different metrics.
    const key = `${identity.kind} ${identity.key}`;
    let merged = this.byKey.get(key);
    if (merged === undefined) {
      merged = { identity, parts: [], processes: new Set() };
      this.byKey.set(key, merged);
      this.all.push(merged);
    }
    if (isOfProcess(identity)) {
      const process = processKey(copy.identity);
      if (merged.processes.has(process)) return;
      merged.processes.add(process);
    }
    merged.parts.push({ copy, index });
  }

  private identityOf(series: HistorySeries, copy: HistoryCopy): HistorySeries {
    if (series.aggregate !== 'process') return series;
    // The same label as in the document.
    const labels = { ...series.labels, process: this.labels.of(copy.identity) };
    return { ...series, labels, key: seriesName(series.name, labels) };
  }
}

function isOfProcess({ name, builtIn }: HistorySeries): boolean {
  return builtIn && name.startsWith('process.');
}
