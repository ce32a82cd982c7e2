import type { Extremes } from './extremes.js';
import type { CompensatedSum } from './histogram/compensated-sum.js';

/**
 * What a series recorded between two reads by any reader. The windows of all readers are merged from such segments, so a
 * series stores only one segment for any number of readers.
 */
export interface WindowSegment extends Extremes {
  /** The sum of the values of a histogram. */
  readonly sum?: CompensatedSum | undefined;
  /** The sum of the squares of the values of a histogram. */
  readonly squares?: number | undefined;
}

/** Merges two segments. */
export function mergeSegments(a: WindowSegment | undefined, b: WindowSegment): WindowSegment {
  if (a === undefined) return b;
  return {
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    sum: b.sum && (a.sum?.plus(b.sum) ?? b.sum),
    squares: b.squares === undefined ? undefined : (a.squares ?? 0) + b.squares,
  };
}
