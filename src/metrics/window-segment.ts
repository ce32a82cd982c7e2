import type { Extremes } from './extremes.js';
import type { CompensatedSum } from './histogram/compensated-sum.js';

/**
 * What a series recorded between two reads, whoever read. The windows of all readers are made of such segments, so a
 * series stores one segment however many readers there are.
 */
export interface WindowSegment extends Extremes {
  /** The sum of the values of a histogram. */
  readonly sum?: CompensatedSum | undefined;
  /** The sum of the squares of the values of a histogram. */
  readonly squares?: number | undefined;
}

/** Two segments as one. */
export function mergeSegments(a: WindowSegment | undefined, b: WindowSegment): WindowSegment {
  if (a === undefined) return b;
  return {
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    sum: b.sum && (a.sum?.plus(b.sum) ?? b.sum),
    squares: b.squares && (a.squares ?? 0) + b.squares,
  };
}
