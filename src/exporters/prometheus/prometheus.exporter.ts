import type { Sliced } from '../../common/slices.js';
import type { Reading } from '../../metrics/collection/snapshot.js';
import type { MetricsSource, MetricsView, WindowView } from '../../metrics/source/metrics-source.js';
import { readNow, readWindow } from '../../metrics/source/read-source.js';
import { Catalog } from './catalog.js';
import type { TextFormat } from './text-format.js';
import { TextWriter } from './text-writer.js';

/** Writes a source in the text formats of Prometheus. */
export class PrometheusExporter {
  private readonly catalog = new Catalog();

  constructor(private readonly source: MetricsSource) {}

  /** The current values, which are the same for every reader. */
  present(format: TextFormat): Promise<Buffer[]> {
    return readNow(this.source, (view) => this.writePresent(format, view));
  }

  /** What has happened since that reader last read, and the end of the text. For after {@link present}. */
  window(format: TextFormat, reader: string): Promise<Reading<Buffer[]>> {
    return readWindow(this.source, reader, (view) => this.writeWindow(format, view), { isFresh: true });
  }

  private *writePresent(format: TextFormat, view: MetricsView): Sliced<Buffer[]> {
    const writer = new TextWriter(format);
    const facts = view.facts();
    const { families } = yield* this.catalog.read(view);
    for (const family of families) yield* family.write(writer.begin(family), facts);
    return writer.finish();
  }

  private *writeWindow(format: TextFormat, view: WindowView): Sliced<Buffer[]> {
    const writer = new TextWriter(format);
    const { windows } = yield* this.catalog.read(view);
    for (const window of windows) yield* window.write((head) => writer.begin(head), view);
    return [...writer.finish(), Buffer.from(format.end)];
  }
}
