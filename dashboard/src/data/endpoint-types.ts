/** The answers of the endpoints, with the types of the server itself. */
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
  ProcessActivity,
  ProcessesEvent,
  ResetEvent,
  Step,
  StepEvent,
} from '../../../src/history/history-document.js';

export type Instance = InstanceInfo;

/** The part of `GET /monitor` that the page reads. */
export interface MonitorDocument {
  readonly eventloop_blocks?: readonly EventLoopBlock[];
}
