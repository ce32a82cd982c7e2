/** What the endpoints answer, by the types of the server itself. */
import type { EventLoopBlock } from '../../../src/metrics/collection/event-loop-block.js';
import type { InstanceInfo } from '../../../src/metrics/collection/snapshot.js';

export type { EventLoopBlock } from '../../../src/metrics/collection/event-loop-block.js';
export type { Finding, FindingsDocument } from '../../../src/findings/finding.js';
export type {
  Figure,
  HistoryDocument,
  HistorySeries,
  HistoryTier,
  InstanceEvent,
  ResetEvent,
  Step,
  StepEvent,
} from '../../../src/history/history-document.js';

export type Instance = InstanceInfo;

export interface ProcessState {
  readonly pid: number;
  readonly thread: number | null;
  readonly state: 'ok' | 'late' | 'ended';
  readonly age: number;
}

/** The parts of `GET /monitor` that the page reads. */
export interface MonitorDocument {
  readonly instance: Instance;
  readonly process: { readonly uptime: number | null };
  readonly eventloop_blocks?: readonly EventLoopBlock[];
  readonly processes?: readonly ProcessState[];
}
