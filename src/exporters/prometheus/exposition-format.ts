import type { Escaping } from './escaping.js';
import type { FamilyMetadata, SampleSink } from './exposition-family.js';

/** A format in which Prometheus can read metrics. */
export interface ExpositionFormat {
  /** Formats with the same key write the same, so that scrapes can share it. */
  readonly key: string;
  readonly contentType: string;
  readonly escaping: Escaping;
  writer(): ExpositionWriter;
  /** What ends an answer. */
  readonly end: string;
}

/** Writes families in a format, one after the other. */
export interface ExpositionWriter {
  /** Begins a family. A family without samples is left out. @returns what its samples are written to. */
  begin(family: FamilyMetadata): SampleSink;
  /** @returns all that was written, in chunks. */
  finish(): Buffer[];
}
