import type { Measurements } from '../../src/metrics/collection/measurements.js';
import { MetricsReader } from '../../src/metrics/collection/reader.js';
import { MetricsRegistry } from '../../src/metrics/registry.js';
import { RegistrySource } from '../../src/metrics/source/registry-source.js';
import type { DocumentFacts, MetricsSnapshot, Reading } from '../../src/metrics/collection/snapshot.js';

/** A registry without an application, with a reader and its warnings. */
export class TestRegistry extends MetricsRegistry {
  readonly warnings: string[];
  private readonly reader = new MetricsReader(
    new RegistrySource(this, () => ({ process: {}, instance: {} }) as DocumentFacts),
  );

  /** @param onWarning also called for each warning. */
  constructor(onWarning: () => void = () => {}) {
    const warnings: string[] = [];
    const warn = (text: string): void => {
      warnings.push(text);
      onWarning();
    };
    super({ warn });
    this.warnings = warnings;
  }

  reading(reader = 'a'): Promise<Reading> {
    return this.reader.read(reader);
  }

  async read(reader?: string): Promise<Omit<MetricsSnapshot, keyof DocumentFacts>> {
    const { process: _process, instance: _instance, ...numbers } = (await this.reading(reader)).metrics;
    return numbers;
  }

  /** As exporters read it. */
  async measure(reader: string): Promise<Measurements> {
    return (await this.reader.measurements(reader)).metrics;
  }

  async json(reader = 'a'): Promise<string> {
    return (await this.reader.json(reader)).metrics.join('');
  }
}
