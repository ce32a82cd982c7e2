import { PrometheusExporter } from '../../src/exporters/prometheus/prometheus.exporter.js';
import { OPEN_METRICS, TEXT } from '../../src/exporters/prometheus/text-format.js';
import { Instance } from '../../src/instrumentation/runtime/instance.js';
import { ProcessCollector } from '../../src/instrumentation/runtime/process/process.collector.js';
import type { DocumentFacts } from '../../src/metrics/collection/snapshot.js';
import { MergedSource } from '../../src/metrics/source/merged-source.js';
import type { MetricsSource } from '../../src/metrics/source/metrics-source.js';
import { RegistrySource } from '../../src/metrics/source/registry-source.js';
import type { ReadFamily, ReadFormat } from './exposition.js';
import { readExposition } from './exposition.js';
import { TestRegistry } from './registry.js';
import { SplitRegistry } from './split-registry.js';

const factsOfThisProcess = (): DocumentFacts => ({
  process: new ProcessCollector().read(),
  instance: new Instance().read(),
  eventloop_blocks: [],
});

/** Writes a source as Prometheus text, and parses that strictly. */
class Scraper {
  private readonly exporter: PrometheusExporter;

  constructor(source: MetricsSource) {
    this.exporter = new PrometheusExporter(source);
  }

  async text(format: ReadFormat = 'text', reader = 'a'): Promise<string> {
    const as = format === 'text' ? TEXT : OPEN_METRICS;
    const current = await this.exporter.writeCurrent(as);
    const { metrics } = await this.exporter.writeWindow(as, reader);
    return Buffer.concat([...current, ...metrics]).toString();
  }

  async families(format: ReadFormat = 'text', reader?: string): Promise<Map<string, ReadFamily>> {
    return readExposition(await this.text(format, reader), format);
  }

  /** The values of all series, by their names as Prometheus writes them. */
  async values(format: ReadFormat = 'text', reader?: string): Promise<Record<string, number>> {
    return valuesOf(await this.families(format, reader));
  }
}

/** A registry and its Prometheus text. */
export type ScrapedRegistry = TestRegistry & Pick<Scraper, 'text' | 'families' | 'values'>;

export function scrapedRegistry(): ScrapedRegistry {
  const registry = new TestRegistry();
  return scrapedBy(registry, new RegistrySource(registry, factsOfThisProcess));
}

/** Two registries that are merged, with the samples split between them. */
export function scrapedTwoRegistries(): ScrapedRegistry & SplitRegistry {
  const registry = new SplitRegistry();
  const sources = [registry, registry.second].map((one) => new RegistrySource(one, factsOfThisProcess));
  return scrapedBy(registry, new MergedSource(sources));
}

function scrapedBy<R extends TestRegistry>(registry: R, source: MetricsSource): R & ScrapedRegistry {
  const scraper = new Scraper(source);
  return Object.assign(registry, {
    text: (...args: Parameters<Scraper['text']>) => scraper.text(...args),
    families: (...args: Parameters<Scraper['families']>) => scraper.families(...args),
    values: (...args: Parameters<Scraper['values']>) => scraper.values(...args),
  });
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
