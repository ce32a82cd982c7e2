import type { Format } from './units.js';
import { bytes, count, percent, rate, seconds } from './units.js';

/** How the axis of a chart is divided. */
export interface Axis {
  /** The axis reaches at least this value, so that noise around zero looks small. */
  readonly atLeast: number;
  /** The distances between marks that are allowed. */
  readonly steps: number[];
}

/** 1, 2 and 5 times the powers of ten. */
const DECIMAL = powers(10, -7, 15).flatMap((power) => [power, 2 * power, 5 * power]);
const WHOLE = DECIMAL.filter((step) => step >= 1);
const BINARY = powers(2, 0, 50);

const AXES = new Map<Format, Axis>([
  [seconds, { atLeast: 1e-3, steps: DECIMAL }],
  [percent, { atLeast: 0.01, steps: DECIMAL }],
  [rate, { atLeast: 1, steps: DECIMAL }],
  [bytes, { atLeast: 1024, steps: BINARY }],
  [count, { atLeast: 4, steps: WHOLE }],
]);

const PLAIN: Axis = { atLeast: 1, steps: DECIMAL };

export function axisOf(format: Format): Axis {
  return AXES.get(format) ?? PLAIN;
}

function powers(base: number, from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => Number((base ** (from + at)).toPrecision(12)));
}
