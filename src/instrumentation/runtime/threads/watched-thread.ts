import type { Worker } from 'node:worker_threads';
import type { Clock } from '../../../common/clock.js';
import type { MetricsRegistry } from '../../../metrics/registry.js';

/** Methods that newer versions of Node have: heap statistics from 22.16, CPU time from 22.19 and 24.6. */
interface NewerWorker extends Worker {
  getHeapStatistics?(): Promise<{ used_heap_size: number }>;
  cpuUsage?(): Promise<{ user: number; system: number }>;
}

const METRICS = ['worker_utilization', 'worker_heap_used_bytes', 'worker_cpu_seconds'] as const;
const [UTILIZATION, HEAP, CPU] = METRICS;

/**
 * Milliseconds after which the last answer of a thread is no longer shown. The history asks every 10 s: a thread that misses one
 * question keeps its values until the next.
 */
const MAX_AGE = 15_000;

/** A worker thread whose event loop, heap and CPU time are measured. */
export class WatchedThread {
  private utilization: ReturnType<Worker['performance']['eventLoopUtilization']>;
  /** Whether the thread has not answered yet: it does not while it is in native code, such as `execSync()`. */
  private isAsked = false;
  /** When it answered last, while that is shown. */
  private answeredAt: number | undefined;
  private isReleased = false;
  /** The metrics that have a value. */
  private readonly shown = new Set<string>();

  /** @param name the label of its metrics. */
  constructor(
    private readonly worker: NewerWorker,
    readonly name: string,
    private readonly registry: MetricsRegistry,
    private readonly clock: Clock,
  ) {
    this.utilization = worker.performance.eventLoopUtilization();
  }

  get hasUtilization(): boolean {
    return this.shown.has(UTILIZATION);
  }

  /** Measures the event loop since the last call, which needs no answer of the thread. */
  measureLoop(): void {
    const { worker } = this;
    const now = worker.performance.eventLoopUtilization();
    const { utilization } = worker.performance.eventLoopUtilization(now, this.utilization);
    this.utilization = now;
    this.set(UTILIZATION, Math.min(1, Math.max(0, utilization)));
  }

  /**
   * Asks the thread for its heap and its CPU time.
   *
   * @returns a promise for the answer, which may never come; `undefined` if Node cannot ask, or if an earlier question is unanswered.
   */
  ask(): Promise<void> | undefined {
    const { worker } = this;
    if (this.isAsked || (worker.getHeapStatistics === undefined && worker.cpuUsage === undefined))
      return undefined;
    this.isAsked = true;
    return this.takeAnswer().finally(() => (this.isAsked = false));
  }

  /** Removes the heap and the CPU time if the thread has not answered for long. */
  dropOldAnswer(): void {
    if (this.answeredAt === undefined || this.clock() - this.answeredAt <= MAX_AGE) return;
    this.answeredAt = undefined;
    for (const metric of [HEAP, CPU]) this.clear(metric);
  }

  /** The metrics keep their values, and an answer that comes later is ignored. */
  release(): void {
    this.isReleased = true;
  }

  /** The thread has ended: its metrics have no value. The next thread of its name uses them again. */
  end(): void {
    this.release();
    for (const metric of METRICS) this.clear(metric);
  }

  private async takeAnswer(): Promise<void> {
    const { worker } = this;
    const [heap, cpu] = await Promise.allSettled([worker.getHeapStatistics?.(), worker.cpuUsage?.()]);
    if (this.isReleased) return;
    if (heap.status === 'fulfilled' && heap.value !== undefined) this.answer(HEAP, heap.value.used_heap_size);
    if (cpu.status === 'fulfilled' && cpu.value !== undefined) {
      this.answer(CPU, (cpu.value.user + cpu.value.system) / 1e6);
    }
  }

  private answer(metric: string, value: number): void {
    this.answeredAt = this.clock();
    this.set(metric, value);
  }

  private set(metric: string, value: number): void {
    this.shown.add(metric);
    this.registry.ownGauge(metric, undefined, { thread: this.name }).set(value);
  }

  /** A thread that ends before it is measured leaves no series. */
  private clear(metric: string): void {
    if (this.shown.delete(metric)) this.registry.ownGauge(metric, Number.NaN, { thread: this.name });
  }
}

/** Removes the metrics of a thread that has ended. */
export function removeMetricsOf(thread: string, registry: MetricsRegistry): void {
  for (const metric of METRICS) registry.removeOwnGauge(metric, { thread });
}
