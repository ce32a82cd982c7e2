/** The lowest and highest of some values, in their unit. */
export interface Extremes {
  readonly min: number;
  readonly max: number;
}
