import type { Collector } from './collector.js';
import type { MetricsRegistry } from './registry.js';
import type { ProcessMetrics, Reading } from './snapshot.js';

/** Puts the document together: what the collectors watch, brought up to date, and what the registry holds. */
export class MetricsReader {
  constructor(
    private readonly registry: MetricsRegistry,
    private readonly collectors: readonly Collector[],
    private readonly readProcess: () => ProcessMetrics,
  ) {}

  /** A snapshot for one reader. It opens a new window for that reader, and touches nobody else's. */
  read(reader: string): Reading {
    for (const collector of this.collectors) collector.collect();
    const process = this.readProcess();
    const { metrics, giveBack } = this.registry.read(reader);
    return { metrics: { process, ...metrics }, giveBack };
  }
}
