import type { HistorySeries, Step } from './history-document.js';

/**
 * One step as a process sends it to another one, or writes it to its journal. The receiver already has all earlier series, in the same
 * order. If series are removed, the sender begins again with the list of all series.
 */
export interface HistoryRow {
  readonly step: Step;
  /** The end of the step, in milliseconds since 1970. */
  readonly time: number;
  /** How long it took, in seconds. */
  readonly seconds: number;
  /** Series that are new in this step. They follow the existing ones. */
  readonly series?: readonly HistorySeries[];
  /** The figures of the first series, those of the second one, and so on; `null` for none. */
  readonly values: readonly (number | null)[];
  /** For each series: the current total of a counter or histogram, and the value of a gauge. */
  readonly latest?: readonly (number | null)[];
  /** For each series that has a heat map. */
  readonly heat?: readonly (readonly [series: number, counts: readonly number[]])[];
}
