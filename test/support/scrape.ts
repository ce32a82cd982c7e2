import { PrometheusExporter } from '../../src/exporters/prometheus/prometheus.exporter.js';
import { OPEN_METRICS, TEXT } from '../../src/exporters/prometheus/text-format.js';
import { ProcessCollector } from '../../src/instrumentation/runtime/process/process.collector.js';
import { Instance } from '../../src/instrumentation/runtime/instance.js';
import { RegistrySource } from '../../src/metrics/source/registry-source.js';
import type { DocumentFacts } from '../../src/metrics/collection/snapshot.js';
import type { ReadFamily, ReadFormat } from './exposition.js';
import { readExposition } from './exposition.js';
import { TestRegistry } from './registry.js';

/** A registry that is written as Prometheus text, and read by a strict reader. */
export class ScrapedRegistry extends TestRegistry {
  private readonly exporter = new PrometheusExporter(
    new RegistrySource(this, (): DocumentFacts => ({
      process: new ProcessCollector().read(),
      instance: new Instance().read(),
    })),
  );

  async text(format: ReadFormat = 'text', reader = 'a'): Promise<string> {
    const as = format === 'text' ? TEXT : OPEN_METRICS;
    const present = await this.exporter.present(as);
    const { metrics } = await this.exporter.window(as, reader);
    return Buffer.concat([...present, ...metrics]).toString();
  }

  async families(format: ReadFormat = 'text', reader?: string): Promise<Map<string, ReadFamily>> {
    return readExposition(await this.text(format, reader), format);
  }

  /** The values of all series, by their names as Prometheus writes them. */
  async values(format: ReadFormat = 'text', reader?: string): Promise<Record<string, number>> {
    return valuesOf(await this.families(format, reader));
  }
}

export function valuesOf(families: Map<string, ReadFamily>): Record<string, number> {
  const samples = [...families.values()].flatMap((family) => family.samples);
  return Object.fromEntries(
    samples.map(({ name, labels, value }) => {
      const text = Object.entries(labels).map(([label, of]) => `${label}=${JSON.stringify(of)}`);
      return [text.length === 0 ? name : `${name}{${text.join(',')}}`, value];
    }),
  );
}
