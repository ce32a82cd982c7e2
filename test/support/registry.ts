import { MetricsReader } from '../../src/metrics/collection/reader.js';
import { MetricsRegistry } from '../../src/metrics/registry.js';
import type { DocumentFacts, MetricsSnapshot, Reading } from '../../src/metrics/collection/snapshot.js';
import { REGISTRY_TEXTS } from '../../src/metrics/registry.messages.js';

/** A registry by itself, with a reader to look at it and what it warned of. */
export class TestRegistry extends MetricsRegistry {
  readonly warnings: string[];
  private readonly reader = new MetricsReader(
    this,
    () => undefined,
    () => ({ process: {}, instance: {} }) as DocumentFacts,
  );

  /** @param onWarning what a logger does, besides. */
  constructor(onWarning: () => void = () => {}) {
    const warnings: string[] = [];
    const warn = (text: string): void => {
      warnings.push(text);
      onWarning();
    };
    super({ texts: REGISTRY_TEXTS, warn });
    this.warnings = warnings;
  }

  look(reader = 'a'): Promise<Reading> {
    return this.reader.read(reader);
  }

  async read(reader?: string): Promise<Omit<MetricsSnapshot, keyof DocumentFacts>> {
    const { process: _process, instance: _instance, ...numbers } = (await this.look(reader)).metrics;
    return numbers;
  }

  async json(reader = 'a'): Promise<string> {
    return (await this.reader.json(reader)).metrics.join('');
  }
}
