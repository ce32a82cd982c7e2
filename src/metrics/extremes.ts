import type { CompensatedSum } from './histogram/compensated-sum.js';

/** The lowest and highest value that was seen, in the unit of what was seen. */
export interface Extremes {
  readonly min: number;
  readonly max: number;
}

/** What a series took in one stretch of time. */
export interface Stretch extends Extremes {
  /** All of it added up, for a series that adds up. */
  readonly sum?: CompensatedSum | undefined;
}

/** Two stretches as one. */
export function joinStretches(a: Stretch | undefined, b: Stretch): Stretch {
  if (a === undefined) return b;
  return {
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    sum: b.sum && (a.sum?.plus(b.sum) ?? b.sum),
  };
}
