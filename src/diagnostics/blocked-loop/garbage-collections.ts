import type { PerformanceEntry } from 'node:perf_hooks';
import { PerformanceObserver } from 'node:perf_hooks';
import { realClock } from '../../common/clock.js';
import { monotonicMs } from './shared-state.js';

/** Number of garbage collections that are remembered. A minor one takes about a millisecond. */
const KEPT = 1024;

/** Remembers the times of the garbage collections of this thread. */
export class GarbageCollections {
  private readonly begins = new Float64Array(KEPT);
  private readonly ends = new Float64Array(KEPT);
  private count = 0;
  private readonly offset = monotonicMs() - realClock();
  private readonly observer = new PerformanceObserver((list) => this.add(list.getEntries()));

  start(): void {
    this.observer.observe({ type: 'gc' });
  }

  stop(): void {
    this.observer.disconnect();
  }

  /** Milliseconds of garbage collection between two times of `monotonicMs()`. */
  during(begin: number, end: number): number {
    this.add(this.observer.takeRecords());
    let sum = 0;
    for (let i = 0; i < Math.min(this.count, KEPT); i++) {
      sum += Math.max(0, Math.min(end, this.ends[i] ?? 0) - Math.max(begin, this.begins[i] ?? 0));
    }
    return sum;
  }

  private add(entries: readonly PerformanceEntry[]): void {
    for (const { startTime, duration } of entries) {
      const at = this.count++ % KEPT;
      this.begins[at] = startTime + this.offset;
      this.ends[at] = startTime + this.offset + duration;
    }
  }
}
