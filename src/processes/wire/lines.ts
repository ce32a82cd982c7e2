import type { DocumentFacts } from '../../metrics/collection/snapshot.js';
import type { ExemplarLabels } from '../../metrics/histogram/exemplar.js';
import type { Description } from '../../metrics/description.js';

/**
 * Processes send and save lines of JSON. Each line is an array that begins with its tag. The labels of a series are sent once; after
 * that, it is identified by the number of its metric and its index there. A value is sent when it has changed.
 *
 * The first line in both directions, and of a file, is `["nestjs-monitor", version, member]`. A process with another version is
 * left out.
 */
export const WIRE_VERSION = 1;

/** The index of the series without labels. The others count from 0, in the order in which they are sent. */
export const PLAIN = -1;

export type KindLetter = 'c' | 'g' | 'h';

/** Properties of a metric besides its name. Keys that are not needed are left out. */
export interface FamilyFlags {
  /** A metric of the monitor itself, which has the same definition in all processes. */
  readonly own?: boolean;
  readonly lists?: boolean;
  readonly description?: Description;
}

/**
 * A histogram: count, sum and its rounding error, zeros, minimum and maximum, the buckets of the positive and of the negative
 * values as pairs of index and count, the classic buckets as bounds and counts, and the sum of the squares.
 */
export type HistogramLine = readonly [
  count: number,
  sum: number,
  remainder: number,
  zeros: number,
  min: number | null,
  max: number | null,
  positive: readonly number[],
  negative: readonly number[],
  bounds: readonly number[] | null,
  counts: readonly number[] | null,
  squares: number | null,
];

/** An exemplar: its labels, its value, and when that was recorded, in milliseconds since 1970. */
export type ExemplarLine = readonly [labels: ExemplarLabels, value: number, time: number];

/** Totals and current values. `r` removes a metric: series that remain are sent again under another number. */
export type TotalsLine =
  | readonly ['f', family: number, kind: KindLetter, name: string, flags: FamilyFlags]
  | readonly ['r', family: number]
  | readonly ['s', family: number, labels: readonly string[]]
  | readonly ['v', family: number, at: number, values: readonly (number | null)[]]
  | readonly ['h', family: number, at: number, histogram: HistogramLine, exemplars?: readonly ExemplarLine[]]
  | readonly ['i', startTime: number, facts: DocumentFacts];

/** Additional lines for a window. */
export type WindowLine =
  | readonly ['x', family: number, at: number, min: number, max: number]
  | readonly ['w', family: number, at: number, histogram: HistogramLine];

/** Thrown for invalid data. The process that sent it is left out. */
export class WireError extends Error {
  override readonly name = 'WireError';
}
