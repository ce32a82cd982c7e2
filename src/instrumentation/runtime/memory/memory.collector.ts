import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import type { Gauge } from '../../../metrics/gauge.js';
import type { MetricsRegistry } from '../../../metrics/registry.js';
import type { Collector } from '../collector.js';
import { SamplingTimer } from '../sampling-timer.js';

const SPACE_GAUGES = [
  'heap_space_used_bytes',
  'heap_space_size_bytes',
  'heap_space_available_bytes',
  'heap_space_physical_bytes',
];

/**
 * Measures the JavaScript memory of this thread: V8's heap, and the memory outside of it that its objects hold. It does so once a
 * second and before each read, so that the extremes are those between two reads.
 */
export class MemoryCollector implements Collector {
  private readonly sampling = new SamplingTimer();
  private readonly used: Gauge;
  private readonly total: Gauge;
  private readonly limit: Gauge;
  private readonly external: Gauge;
  private readonly arrayBuffers: Gauge;

  constructor(private readonly registry: MetricsRegistry) {
    this.used = registry.ownGauge('heap_used_bytes');
    this.total = registry.ownGauge('heap_total_bytes');
    this.limit = registry.ownGauge('heap_limit_bytes');
    this.external = registry.ownGauge('external_bytes');
    this.arrayBuffers = registry.ownGauge('array_buffers_bytes');
  }

  start(): void {
    this.collect();
    this.sampling.start(() => this.collect());
  }

  stop(): void {
    this.sampling.stop();
  }

  collect(): void {
    const heap = getHeapStatistics();
    this.used.set(heap.used_heap_size);
    this.total.set(heap.total_heap_size);
    this.limit.set(heap.heap_size_limit);
    this.external.set(heap.external_memory);
    this.collectArrayBuffers();
    const { registry } = this;
    if (SPACE_GAUGES.every((name) => registry.isExcluded(name))) return;
    for (const space of getHeapSpaceStatistics()) {
      const set = (name: string, bytes: number) =>
        registry.ownGauge(name, undefined, { space: space.space_name }).set(bytes);
      set('heap_space_used_bytes', space.space_used_size);
      set('heap_space_size_bytes', space.space_size);
      set('heap_space_available_bytes', space.space_available_size);
      set('heap_space_physical_bytes', space.physical_space_size);
    }
  }

  private collectArrayBuffers(): void {
    try {
      this.arrayBuffers.set(process.memoryUsage().arrayBuffers);
    } catch {
      // It reads the resident size too, which fails without /proc or without a descriptor left.
    }
  }
}
