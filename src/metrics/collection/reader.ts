import type { Sliced } from '../../common/slices.js';
import type { MetricsSource, WindowView } from '../source/metrics-source.js';
import { readWindow } from '../source/read-source.js';
import { documentOf, jsonOf } from './document.js';
import type { Measurements } from './measurements.js';
import { measure } from './measurements.js';
import { readOut } from './readout.js';
import type { MetricsSnapshot, Reading } from './snapshot.js';

/** Reads a source as the document, as a plain value, as JSON text or in parts. */
export class MetricsReader {
  constructor(private readonly source: MetricsSource) {}

  /**
   * The document for one reader. It opens a new window for that reader, and leaves those of the others alone.
   *
   * With some thousand series, all of them are read at the moment of the call. With more, it is made in time slices, so
   * the last of them are read some milliseconds after the first.
   *
   * @param isKept for a reader of the monitor itself, whose window is never forgotten.
   */
  read(reader: string, isKept = false): Promise<Reading> {
    return readWindow(this.source, reader, makeDocument, { isKept });
  }

  /** Like {@link read}, as JSON text in pieces. */
  json(reader: string): Promise<Reading<string[]>> {
    return readWindow(this.source, reader, makeJson);
  }

  /** Like {@link read}, in parts. The window of such a reader is never forgotten: its intervals are added up. */
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
