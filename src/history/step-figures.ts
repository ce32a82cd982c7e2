import type { MetricKind } from '../metrics/definitions/metric-definition.js';
import type { Figure } from './history-document.js';

/** The figures that a step has of each kind of metric, in this order. */
export const FIGURES_OF: Readonly<Record<MetricKind, readonly Figure[]>> = {
  counter: ['rate'],
  gauge: ['value', 'min', 'max'],
  histogram: ['count', 'p50', 'p99', 'max'],
};

/** What a series has in one step: one number for each of its {@link FIGURES_OF}, `NaN` for none. */
export type StepFigures = Float64Array;

export function noFigures(kind: MetricKind): StepFigures {
  return new Float64Array(FIGURES_OF[kind].length).fill(Number.NaN);
}
