import type { PerformanceEntry } from 'node:perf_hooks';
import { PerformanceObserver } from 'node:perf_hooks';
import type { MetricsRegistry } from '../../metrics/registry.js';
import type { HistogramSeries } from '../../metrics/histogram/histogram-series.js';
import type { Collector } from './collector.js';

/** V8's own numbers for the kinds of collections (`v8::GCType`). Node 20 has no constant for 2. */
const KINDS: Readonly<Record<number, string>> = {
  1: 'minor',
  2: 'minor',
  4: 'major',
  8: 'incremental',
  16: 'weakcb',
};

type GcEntry = PerformanceEntry & { readonly detail: { readonly kind: number } };

/** A kind that V8 may come to have. */
const OTHER_KIND = 'other';

/**
 * Counts the garbage collections of this thread, and how long each one kept it from running anything else.
 *
 * An observer gets its entries in batches: all of them are read, and those that nobody has handed over yet are taken
 * before each look and at the end.
 */
export class GcCollector implements Collector {
  private readonly durations = new Map<string, HistogramSeries>();
  private observer: PerformanceObserver | undefined;

  constructor(private readonly registry: MetricsRegistry) {
    for (const kind of new Set(Object.values(KINDS))) this.durationsOf(kind);
  }

  start(): void {
    this.observer ??= new PerformanceObserver((list) => this.record(list.getEntries()));
    this.observer.observe({ type: 'gc' });
  }

  collect(): void {
    this.record(this.observer?.takeRecords() ?? []);
  }

  stop(): void {
    this.collect();
    this.observer?.disconnect();
    this.observer = undefined;
  }

  private record(entries: readonly PerformanceEntry[]): void {
    for (const { detail, duration } of entries as readonly GcEntry[]) {
      this.durationsOf(KINDS[detail.kind] ?? OTHER_KIND).observe(duration / 1000);
    }
  }

  private durationsOf(kind: string): HistogramSeries {
    let durations = this.durations.get(kind);
    if (durations === undefined) {
      durations = this.registry.ownHistogram('gc_duration', { kind });
      this.durations.set(kind, durations);
    }
    return durations;
  }
}
