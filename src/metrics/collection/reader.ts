import type { Sliced } from '../../common/slices.js';
import type { MetricsSource, WindowView } from '../source/metrics-source.js';
import { readWindow } from '../source/read-source.js';
import { documentOf, jsonOf } from './document.js';
import type { Measurements } from './measurements.js';
import { measure } from './measurements.js';
import { readOut } from './readout.js';
import type { MetricsSnapshot, Reading } from './snapshot.js';

/** Reads a source as the document (a plain value or JSON text) or as measurements. */
export class MetricsReader {
  constructor(private readonly source: MetricsSource) {}

  /**
   * The document for one reader. It begins a new window of this reader, and does not affect other readers.
   *
   * Up to some thousand series are read at once. More are read in time slices, the last some milliseconds after the
   * first.
   *
   * @param isKept the window of the reader is never dropped.
   */
  read(reader: string, isKept = false): Promise<Reading> {
    return readWindow(this.source, reader, makeDocument, { isKept });
  }

  /** Like {@link read}, as JSON text in pieces. */
  json(reader: string): Promise<Reading<string[]>> {
    return readWindow(this.source, reader, makeJson);
  }

  /** Whether this process is the one that pushes these numbers. */
  pushes(): boolean | Promise<boolean> {
    return this.source.pushes?.() ?? true;
  }

  /** Like {@link read}, as plain lists. The window is never dropped, because the reader adds up its intervals. */
  measurements(reader: string): Promise<Reading<Measurements>> {
    return readWindow(this.source, reader, measure, { isKept: true });
  }
}

function* makeDocument(view: WindowView): Sliced<MetricsSnapshot> {
  const facts = view.facts();
  return yield* documentOf(facts, yield* readOut(view));
}

function* makeJson(view: WindowView): Sliced<string[]> {
  const facts = view.facts();
  return yield* jsonOf(facts, yield* readOut(view));
}
