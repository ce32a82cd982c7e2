import type { Sliced } from '../../common/slices.js';
import type { Reading } from '../../metrics/collection/snapshot.js';
import type { MetricsSource, MetricsView, WindowView } from '../../metrics/source/metrics-source.js';
import { readNow, readWindow } from '../../metrics/source/read-source.js';
import { Catalog } from './catalog.js';
import { escapingWriter } from './escaping-writer.js';
import type { ExpositionFormat } from './exposition-format.js';
import { namedWriter } from './named-writer.js';
import type { Naming } from './naming.js';

/**
 * Writes a source in a format of Prometheus, in two parts: the current values, which scrapes by several readers
 * can share, and the values in the window of one reader.
 */
export class PrometheusExporter {
  /** One for each naming: the names of the metrics depend on it. */
  private readonly catalogs = new Map<Naming, Catalog>();

  constructor(private readonly source: MetricsSource) {}

  /** The current values. */
  writeCurrent(format: ExpositionFormat): Promise<Buffer[]> {
    return readNow(this.source, (view) => this.current(format, view));
  }

  /** The window of a reader, and the end. Call it right after {@link writeCurrent}: it does not update the numbers again. */
  writeWindow(format: ExpositionFormat, reader: string): Promise<Reading<Buffer[]>> {
    return readWindow(this.source, reader, (view) => this.window(format, view), { isFresh: true });
  }

  private *current(format: ExpositionFormat, view: MetricsView): Sliced<Buffer[]> {
    const writer = namedWriter(escapingWriter(format.writer(), format.escaping), view.exportNames);
    const facts = { ...view.facts(), processStart: view.processStart };
    const { families } = yield* this.catalogFor(format).read(view);
    for (const family of families) yield* family.write(writer.begin(family), facts);
    return writer.finish();
  }

  private *window(format: ExpositionFormat, view: WindowView): Sliced<Buffer[]> {
    const writer = namedWriter(escapingWriter(format.writer(), format.escaping), view.exportNames);
    const { windows } = yield* this.catalogFor(format).read(view);
    for (const window of windows) yield* window.write((family) => writer.begin(family), view);
    return [...writer.finish(), Buffer.from(format.end)];
  }

  private catalogFor({ escaping: { naming } }: ExpositionFormat): Catalog {
    const catalog = this.catalogs.get(naming) ?? new Catalog(naming);
    this.catalogs.set(naming, catalog);
    return catalog;
  }
}
