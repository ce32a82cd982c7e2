import type { Escaping } from './escaping.js';
import type { FamilyMetadata, SampleSink } from './exposition-family.js';

/** A format in which Prometheus can read metrics. */
export interface ExpositionFormat {
  /** Formats with the same key write the same output, so that scrapes can share it. */
  readonly key: string;
  readonly contentType: string;
  readonly escaping: Escaping;
  writer(): ExpositionWriter;
  /** The text at the end of a response. */
  readonly end: string;
}

/** Writes families in a format, one after the other. */
export interface ExpositionWriter {
  /** Begins a family. A family without samples is left out. @returns the sink for its samples. */
  begin(family: FamilyMetadata): SampleSink;
  /** @returns all that was written, in chunks. */
  finish(): Buffer[];
}
