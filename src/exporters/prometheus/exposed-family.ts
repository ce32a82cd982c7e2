import type { ProcessMetrics } from '../../metrics/collection/snapshot.js';
import type { WindowCursor } from '../../metrics/collection/reader-windows.js';
import type { Sliced } from '../../common/slices.js';
import type { BucketFigures } from './bucket-layout.js';

/** `unknown` is a number that says nothing of how it behaves: `untyped` in the text format 0.0.4. */
export type ExposedType = 'counter' | 'gauge' | 'histogram' | 'unknown';

/** What a family is, without its samples. */
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

/** A family that says how things are now, whoever looks. */
export interface ExposedFamily extends FamilyHead {
  write(sink: SampleSink, process: ProcessMetrics): Sliced<void>;
}

/** Families of one metric that say what has happened since a reader last looked. */
export interface WindowedFamilies {
  readonly heads: readonly FamilyHead[];
  /** @param begin begins one of the families, and gives the sink for its samples. */
  write(begin: (head: FamilyHead) => SampleSink, look: WindowCursor): Sliced<void>;
}
