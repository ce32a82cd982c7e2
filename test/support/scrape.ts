import { PrometheusExporter } from '../../src/exporters/prometheus/prometheus.exporter.js';
import type { ExpositionFormat } from '../../src/exporters/prometheus/exposition-format.js';
import type { Resolution } from '../../src/exporters/prometheus/protobuf/native-histogram.js';
import { protobufFormat } from '../../src/exporters/prometheus/protobuf/protobuf-format.js';
import { OPEN_METRICS, TEXT } from '../../src/exporters/prometheus/text-format.js';
import { Instance } from '../../src/instrumentation/runtime/instance.js';
import { ProcessCollector } from '../../src/instrumentation/runtime/process/process.collector.js';
import type { DocumentFacts } from '../../src/metrics/collection/snapshot.js';
import { MergedSource } from './merged-source.js';
import type { MetricsSource } from '../../src/metrics/source/metrics-source.js';
import { RegistrySource } from '../../src/metrics/source/registry-source.js';
import type { ReadFamily, ReadFormat } from './exposition.js';
import { readExposition } from './exposition.js';
import type { DecodedFamily } from './metric-families.js';
import { readFamilies } from './metric-families.js';
import { TestRegistry } from './registry.js';
import { SplitRegistry } from './split-registry.js';

const factsOfThisProcess = (): DocumentFacts => ({
  process: new ProcessCollector().read(),
  instance: new Instance().read(),
  eventloop_blocks: [],
});

/** Writes a source in the formats of Prometheus, and parses the result strictly. */
class Scraper {
  private readonly exporter: PrometheusExporter;

  constructor(source: MetricsSource) {
    this.exporter = new PrometheusExporter(source);
  }

  async text(format: ReadFormat = 'text', reader = 'a'): Promise<string> {
    return (await this.bytes(format === 'text' ? TEXT : OPEN_METRICS, reader)).toString();
  }

  /** The families in protobuf. */
  async decoded(resolution?: Resolution, reader = 'a'): Promise<Map<string, DecodedFamily>> {
    return readFamilies(await this.bytes(protobufFormat(resolution), reader));
  }

  async families(format: ReadFormat = 'text', reader?: string): Promise<Map<string, ReadFamily>> {
    return readExposition(await this.text(format, reader), format);
  }

  async bytes(format: ExpositionFormat, reader = 'a'): Promise<Buffer> {
    const current = await this.exporter.writeCurrent(format);
    const { metrics } = await this.exporter.writeWindow(format, reader);
    return Buffer.concat([...current, ...metrics]);
  }

  /** The values of all series, by their names as Prometheus writes them. */
  async values(format: ReadFormat = 'text', reader?: string): Promise<Record<string, number>> {
    return valuesOf(await this.families(format, reader));
  }
}

/** A registry and what Prometheus receives from it. */
export type ScrapedRegistry = TestRegistry &
  Pick<Scraper, 'bytes' | 'text' | 'families' | 'values' | 'decoded'>;

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
    bytes: (...args: Parameters<Scraper['bytes']>) => scraper.bytes(...args),
    text: (...args: Parameters<Scraper['text']>) => scraper.text(...args),
    families: (...args: Parameters<Scraper['families']>) => scraper.families(...args),
    values: (...args: Parameters<Scraper['values']>) => scraper.values(...args),
    decoded: (...args: Parameters<Scraper['decoded']>) => scraper.decoded(...args),
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
