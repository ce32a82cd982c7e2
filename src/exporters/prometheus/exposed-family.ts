import type { Sliced } from '../../common/slices.js';
import type { ProcessMetrics } from '../../metrics/collection/snapshot.js';
import type { InstanceInfo } from '../../metrics/collection/snapshot.js';
import type { WindowView } from '../../metrics/source/metrics-source.js';
import type { BucketFigures } from './bucket-layout.js';

/** `unknown` is a number of which nothing else is known: `untyped` in the text format 0.0.4. */
export type ExposedType = 'counter' | 'gauge' | 'histogram' | 'unknown';

/** A family without its samples. */
export interface FamilyHead {
  /** The name of the family; that of a counter is without its `_total`. */
  readonly name: string;
  readonly type: ExposedType;
  readonly help: string;
  /** What the name ends with, if it is a unit. */
  readonly unit?: string | undefined;
}

/** Takes the samples of one family. */
export interface SampleSink {
  /** @param labels their text with braces; empty without labels. */
  number(labels: string, value: number): void;
  histogram(labels: string, figures: BucketFigures): void;
}

/** The sections of the document that are no series. */
export interface Facts {
  readonly process: ProcessMetrics;
  readonly instance: InstanceInfo;
}

/** A family of current values, which are the same for every reader. */
export interface ExposedFamily extends FamilyHead {
  write(sink: SampleSink, facts: Facts): Sliced<void>;
}

/** Families of what has happened since a reader last read. */
export interface WindowedFamilies {
  readonly heads: readonly FamilyHead[];
  /** @param begin begins one of the families, and gives the sink for its samples. */
  write(begin: (head: FamilyHead) => SampleSink, view: WindowView): Sliced<void>;
}
