import type { Sliced } from '../../common/slices.js';
import type { InstanceInfo, ProcessMetrics } from '../../metrics/collection/snapshot.js';
import type { WindowView } from '../../metrics/source/metrics-source.js';
import type { Exemplar } from '../../metrics/histogram/exemplar.js';
import type { HistogramView } from '../../metrics/histogram/histogram-snapshot.js';
import type { BucketLayout } from './classic-histogram.js';

/** `unknown` is a number without a type. The text format 0.0.4 calls it `untyped`. */
export type ExposedType = 'counter' | 'gauge' | 'histogram' | 'unknown';

/** The content of the lines `# HELP`, `# TYPE` and `# UNIT` of a family. */
export interface FamilyMetadata {
  /** The name of the family, for a counter without `_total`. */
  readonly name: string;
  readonly type: ExposedType;
  readonly help: string;
  /** The unit that the name ends with. */
  readonly unit?: string | undefined;
}

/** One series of a histogram. */
export interface HistogramSample {
  readonly view: HistogramView;
  /** The classic buckets of a histogram without its own. */
  readonly layout: BucketLayout;
  /** See `HistogramSeriesView.exemplars`. */
  readonly exemplars?: Iterable<Exemplar> | undefined;
}

/** Receives the samples of one family. */
export interface SampleSink {
  /** @param labels as the text formats write them, in braces; empty without labels. */
  number(labels: string, value: number): void;
  /** @param histogram is live: it must be read before the call returns. */
  histogram(labels: string, histogram: HistogramSample): void;
}

/** What is written of the process, or of several processes that are merged. */
export interface Facts {
  /** See `MetricsView.processStart`. */
  readonly processStart: number;
  readonly process: ProcessMetrics;
  readonly instance: InstanceInfo;
}

/** A family of current values, which are the same for every reader. */
export interface ExpositionFamily extends FamilyMetadata {
  write(sink: SampleSink, facts: Facts): Sliced<void>;
}

/** Families of values in the window of a reader. */
export interface WindowFamilies {
  readonly families: readonly FamilyMetadata[];
  /** @param begin begins one of the families, and returns the sink for its samples. */
  write(begin: (family: FamilyMetadata) => SampleSink, view: WindowView): Sliced<void>;
}

/** The name of the samples of a family that is not a histogram. */
export function sampleName(name: string, type: ExposedType): string {
  return type === 'counter' ? `${name}_total` : name;
}
