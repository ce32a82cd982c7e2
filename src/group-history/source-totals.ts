import type { Sliced } from '../common/slices.js';
import type { HistorySeries } from '../history/history-document.js';
import { isSum } from '../history/series-groups.js';
import { metricText } from '../metrics/series/series-name.js';
import type { CpuTimes } from '../metrics/source/merged-facts.js';
import type { ReceivedSource } from '../processes/received/received-source.js';

/** The added-up totals of several sources, by the series of the history. */
export class SourceTotals {
  private readonly byKey = new Map<string, number>();
  private readonly byMetric = new Map<string, number>();

  private constructor(private readonly cpu: readonly CpuTimes[]) {}

  /** @param cpu the CPU times that are part of the totals: those of a process are not counted again for each of its threads. */
  static *of(sources: readonly ReceivedSource[], cpu: readonly CpuTimes[]): Sliced<SourceTotals> {
    const totals = new SourceTotals(cpu);
    for (const { counters, histograms } of sources) {
      for (const family of counters.received()) {
        for (const { labels, value } of family.all()) totals.add('counter', family.name, labels, value);
        yield;
      }
      for (const family of histograms.received()) {
        for (const { labels, count } of family.all()) totals.add('histogram', family.name, labels, count);
        yield;
      }
    }
    return totals;
  }

  /** The total of a counter, or the number of values of a histogram; `undefined` if no source has it. */
  get(series: HistorySeries): number | undefined {
    const { kind, key, name, builtIn } = series;
    if (kind === 'gauge') return undefined;
    if (builtIn && name.startsWith('process.cpu.')) {
      if (this.cpu.length === 0) return undefined;
      return this.cpu.reduce((sum, { user, system }) => sum + (name.includes('user') ? user : system), 0);
    }
    const id = `${kind} ${key}`;
    return isSum(series) ? this.byMetric.get(id) : this.byKey.get(id);
  }

  private add(kind: 'counter' | 'histogram', name: string, labels: string, value: number): void {
    const metric = `${kind} ${metricText(name)}`;
    this.byKey.set(metric + labels, (this.byKey.get(metric + labels) ?? 0) + value);
    this.byMetric.set(metric, (this.byMetric.get(metric) ?? 0) + value);
  }
}
