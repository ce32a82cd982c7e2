import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import type { Gauge } from '../../../metrics/gauge.js';
import type { MetricsRegistry } from '../../../metrics/registry.js';
import type { Collector } from '../collector.js';
import { SamplingTimer } from '../sampling-timer.js';

const DESCRIPTIONS = {
  heap_used_bytes:
    'Memory of the JavaScript heap that is in use, garbage that was not collected yet included.',
  heap_total_bytes: 'Memory that V8 has reserved for the JavaScript heap.',
  heap_limit_bytes: 'The most that the JavaScript heap may take: past it, the process ends.',
  external_bytes: 'Memory outside of the heap that JavaScript objects hold, such as buffers.',
  array_buffers_bytes: 'The part of external_bytes that buffers take.',
  heap_space_used_bytes: 'Memory in use, by space of the heap.',
  heap_space_size_bytes: 'Memory that V8 has reserved, by space of the heap.',
  heap_space_available_bytes: 'Memory that is free without reserving more, by space of the heap.',
  heap_space_physical_bytes: 'Memory that is in RAM, by space of the heap.',
};

/**
 * The memory of this thread's JavaScript: V8's heap, and what hangs on it outside. It is looked at once a second and
 * whenever somebody reads, so that the highest value is that of a moment between two reads.
 */
export class MemoryCollector implements Collector {
  private readonly sampling = new SamplingTimer();
  private readonly used: Gauge;
  private readonly total: Gauge;
  private readonly limit: Gauge;
  private readonly external: Gauge;
  private readonly arrayBuffers: Gauge;

  constructor(private readonly registry: MetricsRegistry) {
    for (const [name, help] of Object.entries(DESCRIPTIONS)) {
      registry.descriptions.addOwn(name, { help, unit: 'bytes' });
    }
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
    for (const space of getHeapSpaceStatistics()) {
      const set = (name: string, bytes: number) =>
        this.registry.ownGauge(name, undefined, { space: space.space_name }).set(bytes);
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
      // Node asks for the resident size on the way, and has no descriptor left to do so, or no /proc.
    }
  }
}
