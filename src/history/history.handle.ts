import type { MonitorHistory } from './monitor-history.js';

/**
 * The history of one application, for providers that are made before the options are known. It imports nothing: without a
 * history, its code is not loaded.
 */
export class HistoryHandle {
  /** `undefined` with `history: false`. */
  current: MonitorHistory | undefined;
}
