import type { MetricKind } from '../metrics/definitions/metric-definition.js';
import type { StepFigures } from './step-figures.js';

/** The values of one series in each step. The steps of 10 s are computed from the reads for those of 1 s. */
export interface SeriesSteps {
  readonly kind: MetricKind;
  /** The figures of the last step of 1 s. */
  readonly last: StepFigures;
  /** The figures of the last step of 10 s. */
  readonly lastLong: StepFigures;
  /** The total of a counter, the number of values of a histogram, the value of a gauge; `NaN` for none. */
  readonly latest: number;
  /** Whether {@link latest} is a total that has changed in the last step of 1 s. */
  readonly hasNewTotal: boolean;
  /** The values of the last step of each length in buckets of a factor of two, for a series that has a heat map. */
  readonly heat?: { readonly last: Uint32Array; readonly lastLong: Uint32Array } | undefined;
  /** Ends a step of 10 s. */
  endLong(seconds: number): void;
  /** Returns memory to the budget. */
  release?(): void;
}
