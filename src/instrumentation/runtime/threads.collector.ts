import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Worker } from 'node:worker_threads';
import { OWN_THREAD } from '../../common/own-thread.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import type { Collector } from './collector.js';

/** Methods that newer versions of Node have: heap statistics from 22.16, CPU time from 24.6. */
interface NewerWorker extends Worker {
  readonly threadName?: string | null;
  getHeapStatistics?(): Promise<{ used_heap_size: number }>;
  cpuUsage?(): Promise<{ user: number; system: number }>;
}

interface WatchedThread {
  readonly worker: NewerWorker;
  readonly name: string;
  utilization: ReturnType<Worker['performance']['eventLoopUtilization']>;
}

const [UTILIZATION, HEAP, CPU] = ['worker_utilization', 'worker_heap_used_bytes', 'worker_cpu_seconds'];
const METRICS = [UTILIZATION, HEAP, CPU] as const;

/** Threads that are watched at once. A pool has about as many as there are cores. */
const MAX_THREADS = 64;

/**
 * Measures the worker threads that the main thread starts, without any code in them: their event loop, and, where Node tells, their
 * heap and their CPU time.
 */
export class ThreadsCollector implements Collector {
  private readonly threads = new Map<Worker, WatchedThread>();
  // The worker is created while this runs, and the monitor marks its own right after. A channel in place of the event `worker` of
  // `process`: Node warns of more than ten listeners, which tests with many applications would have.
  private readonly onWorker = (message: unknown) => {
    const { worker } = message as { worker: Worker };
    process.nextTick(() => this.isStarted && this.watch(worker));
  };
  private isStarted = false;

  constructor(private readonly registry: MetricsRegistry) {}

  start(): void {
    this.isStarted = true;
    subscribe('worker_threads', this.onWorker);
  }

  stop(): void {
    this.isStarted = false;
    unsubscribe('worker_threads', this.onWorker);
    this.threads.clear();
  }

  collect(): Promise<void> | undefined {
    if (this.threads.size === 0) return undefined;
    return Promise.all([...this.threads.values()].map((thread) => this.measure(thread))).then(() => {});
  }

  private watch(worker: NewerWorker): void {
    if (this.threads.size >= MAX_THREADS || OWN_THREAD in worker) return;
    const name = this.nameOf(worker);
    this.threads.set(worker, { worker, name, utilization: worker.performance.eventLoopUtilization() });
    worker.once('exit', () => {
      this.threads.delete(worker);
      // A gauge of a thread that has ended has no value. The next thread of that name goes on with it.
      for (const metric of METRICS) this.registry.ownGauge(metric, Number.NaN, { thread: name });
    });
  }

  /** Its own name, or the lowest number that is free: ids would pile up series with each new thread. */
  private nameOf({ threadName }: NewerWorker): string {
    const taken = new Set([...this.threads.values()].map(({ name }) => name));
    const isNamed = typeof threadName === 'string' && threadName !== '' && threadName !== 'WorkerThread';
    const base = isNamed ? threadName.slice(0, 100) : 'worker';
    if (isNamed && !taken.has(base)) return base;
    for (let number = 1; ; number++) if (!taken.has(`${base} ${number}`)) return `${base} ${number}`;
  }

  private async measure(thread: WatchedThread): Promise<void> {
    const { worker, name } = thread;
    const labels = { thread: name };
    const now = worker.performance.eventLoopUtilization();
    const { utilization } = worker.performance.eventLoopUtilization(now, thread.utilization);
    thread.utilization = now;
    this.registry.ownGauge(UTILIZATION, undefined, labels).set(Math.min(1, Math.max(0, utilization)));
    const [heap, cpu] = await Promise.allSettled([worker.getHeapStatistics?.(), worker.cpuUsage?.()]);
    // It may have ended meanwhile.
    if (!this.threads.has(worker)) return;
    if (heap.status === 'fulfilled' && heap.value !== undefined) {
      this.registry.ownGauge(HEAP, undefined, labels).set(heap.value.used_heap_size);
    }
    if (cpu.status === 'fulfilled' && cpu.value !== undefined) {
      this.registry.ownGauge(CPU, undefined, labels).set((cpu.value.user + cpu.value.system) / 1e6);
    }
  }
}
