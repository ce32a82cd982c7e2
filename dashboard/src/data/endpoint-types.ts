/** What the endpoints answer, by the types of the server itself. */
import type { EventLoopBlock } from '../../../src/metrics/collection/event-loop-block.js';
import type {
  InstanceInfo,
  MetricsSnapshot,
  ProcessState,
} from '../../../src/metrics/collection/snapshot.js';

export type { ProcessState } from '../../../src/metrics/collection/snapshot.js';

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

/** The parts of `GET /monitor` that the page reads. */
export interface MonitorDocument {
  readonly instance: Instance;
  readonly process: MetricsSnapshot['process'];
  readonly eventloop_blocks?: readonly EventLoopBlock[];
  readonly processes?: readonly ProcessState[];
  readonly counters?: MetricsSnapshot['counters'];
  readonly gauges?: MetricsSnapshot['gauges'];
}
