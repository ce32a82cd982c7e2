import type { PerformanceEntry } from 'node:perf_hooks';
import { PerformanceObserver } from 'node:perf_hooks';
import type { MetricsRegistry } from '../../metrics/registry.js';
import type { HistogramSeries } from '../../metrics/histogram/histogram-series.js';
import type { Collector } from './collector.js';

/** The values of `v8::GCType`. Node 20 has no constant for 2. */
const KINDS: Readonly<Record<number, string>> = {
  1: 'minor',
  2: 'minor',
  4: 'major',
  8: 'incremental',
  16: 'weakcb',
};

type GcEntry = PerformanceEntry & { readonly detail: { readonly kind: number } };

/** A kind that a future V8 may add. */
const OTHER_KIND = 'other';

/**
 * Measures the garbage collections of this thread: how often, and for how long each one stopped it.
 *
 * An observer receives its entries in batches, so the pending ones are taken before each read and when it is stopped.
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
