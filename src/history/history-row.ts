import type { HistorySeries, Step } from './history-document.js';

/**
 * One step as a process tells it to another one, or to its journal. The receiver has got all series before, in their order; those that
 * are removed meanwhile are told by beginning anew.
 */
export interface HistoryRow {
  readonly step: Step;
  /** The end of the step, in milliseconds since 1970. */
  readonly time: number;
  /** Series that are new in this step. They follow those that there were. */
  readonly series?: readonly HistorySeries[];
  /** The figures of the first series, those of the second one, and so on; `null` for none. */
  readonly values: readonly (number | null)[];
  /** Of each series: the total of a counter or histogram now, and the value of a gauge. */
  readonly latest?: readonly (number | null)[];
  /** Of each series that has a heat map. */
  readonly heat?: readonly (readonly [series: number, counts: readonly number[]])[];
}
