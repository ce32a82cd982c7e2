import { Instance } from '../../src/instrumentation/runtime/instance.js';
import type { ProcessMetrics } from '../../src/metrics/collection/snapshot.js';
import { MergedSource } from './merged-source.js';
import type { MetricsSource } from '../../src/metrics/source/metrics-source.js';
import { RegistrySource } from '../../src/metrics/source/registry-source.js';
import { TestRegistry } from './registry.js';
import { SplitRegistry } from './split-registry.js';

const PROCESS = {
  uptime: 60,
  num_fds: 20,
  max_fds: null,
  meminfo: { rss_bytes: 1000, vsz_bytes: null },
  cpu: { user_time: 2, system_time: 0.5, percent: null, num_threads: 11 },
} satisfies ProcessMetrics;

/** A process without figures, so that the merged `process` section is that of the other one. */
const UNKNOWN: ProcessMetrics = {
  uptime: null,
  num_fds: null,
  max_fds: null,
  meminfo: { rss_bytes: null, vsz_bytes: null },
  cpu: { user_time: null, system_time: null, percent: null, num_threads: null },
};

/** A source for an exporter, with its registry and its `process` section, which a test may change. */
export interface TestSource {
  readonly registry: TestRegistry;
  readonly process: typeof PROCESS;
  readonly source: MetricsSource;
}

export function oneRegistry(): TestSource {
  const registry = new TestRegistry();
  const process = structuredClone(PROCESS);
  return { registry, process, source: sourceOf(registry, process, 1) };
}

/** The same with two merged registries, which get the samples in turn. */
export function twoRegistries(): TestSource {
  const registry = new SplitRegistry();
  const process = structuredClone(PROCESS);
  const sources = [sourceOf(registry, process, 1), sourceOf(registry.second, UNKNOWN, 2)];
  return { registry, process, source: new MergedSource(sources) };
}

/** For `describe.each()`: every exporter must read one registry and several merged ones alike. */
export const SOURCES = [
  { from: 'one registry', makeSource: oneRegistry },
  { from: 'two merged registries', makeSource: twoRegistries },
];

function sourceOf(registry: TestRegistry, process: ProcessMetrics, pid: number): MetricsSource {
  const instance = new Instance().read();
  return new RegistrySource(registry, () => ({
    process,
    instance: { ...instance, pid },
    eventloop_blocks: [],
  }));
}
