import type { ProcessMetrics, Reading } from '../../metrics/collection/snapshot.js';
import type { WindowCursor } from '../../metrics/collection/reader-windows.js';
import type { MetricsReader } from '../../metrics/collection/reader.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import type { Sliced } from '../../common/slices.js';
import { Catalog } from './catalog.js';
import type { TextFormat } from './text-format.js';
import { TextWriter } from './text-writer.js';

/** Writes all that there is as text that Prometheus reads. */
export class PrometheusExporter {
  private readonly catalog: Catalog;

  constructor(
    registry: MetricsRegistry,
    private readonly reader: MetricsReader,
  ) {
    this.catalog = new Catalog(registry);
  }

  /** What is the same for whoever looks: how everything is now. */
  present(format: TextFormat): Promise<Buffer[]> {
    return this.reader.survey(({ process }) => this.writePresent(format, process));
  }

  /** What has happened since that reader last looked, and the end of the text. */
  window(format: TextFormat, reader: string): Promise<Reading<Buffer[]>> {
    return this.reader.window(reader, (look) => this.writeWindow(format, look));
  }

  private *writePresent(format: TextFormat, process: ProcessMetrics): Sliced<Buffer[]> {
    const writer = new TextWriter(format);
    const { families } = yield* this.catalog.read();
    for (const family of families) yield* family.write(writer.begin(family), process);
    return writer.finish();
  }

  private *writeWindow(format: TextFormat, look: WindowCursor): Sliced<Buffer[]> {
    const writer = new TextWriter(format);
    const { windows } = yield* this.catalog.read();
    for (const window of windows) yield* window.write((head) => writer.begin(head), look);
    return [...writer.finish(), Buffer.from(format.end)];
  }
}
