/** The lowest and highest value that was seen, in the unit of what was seen. */
export interface Extremes {
  readonly min: number;
  readonly max: number;
}

/** What covers both. Covering the same twice changes nothing. */
export function coverBoth(a: Extremes | undefined, b: Extremes): Extremes {
  return a === undefined ? b : { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}
