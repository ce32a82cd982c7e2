import type { MonitorFindings } from './monitor-findings.js';

/** The findings of one application, for providers that are made before the options are known. It imports nothing. */
export class FindingsHandle {
  /** `undefined` with `history: false`. */
  current: MonitorFindings | undefined;
}
