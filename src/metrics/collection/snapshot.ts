import type { HistogramValues } from '../histogram/histogram-values.js';
import type { EventLoopBlock } from './event-loop-block.js';

/**
 * What the process has used so far, all its threads together, also when a worker says it. A field is `null` where the
 * platform cannot say, and all of them are with `collectors: { process: false }`.
 */
export interface ProcessMetrics {
  /** Seconds since the process started. */
  uptime: number | null;
  /** Open file descriptors of the process. */
  num_fds: number | null;
  /** How many it may have open; `null` also where there is no limit. */
  max_fds: number | null;
  meminfo: {
    /** Resident size, in bytes: the memory that is in RAM. */
    rss_bytes: number | null;
    /** Virtual size, in bytes: the address space that is reserved. Far larger than what is used. */
    vsz_bytes: number | null;
  };
  cpu: {
    /** Seconds of CPU spent in the process's own code, all its threads together. */
    user_time: number | null;
    /** Seconds of CPU spent in the kernel on its behalf. */
    system_time: number | null;
    /** CPU of the last second, in percent of one core: 150 is one and a half. `null` in the first second. */
    percent: number | null;
    /** Threads of the operating system. Node has about ten before it runs a line of yours. */
    num_threads: number | null;
  };
}

/** Which process, and which of its threads, a document is about. */
export interface InstanceInfo {
  pid: number;
  /** `null` where the system does not say. */
  hostname: string | null;
  /** When the process started, such as `2026-01-31T23:59:59.123Z`. */
  start_time: string;
  /** Such as `v20.19.0`. */
  node_version: string;
  /** The `threadId` of a worker thread; `null` in the main thread. */
  worker_id: number | null;
}

/** Numbers by name, the names sorted. */
export type Values = Record<string, number>;

/**
 * The document: everything the monitor knows. Keys, nesting and units are those of µtornadomon
 * (`mutornadomon`), so that a collector made for it reads this one unchanged.
 *
 * It is a plain value of the one who asked for it. It says the same whatever happens next, and may be changed
 * without harm to anybody.
 */
export interface MetricsSnapshot {
  process: ProcessMetrics;
  instance: InstanceInfo;
  /** The last 20 times that the event loop was blocked, newest first; empty without the option `diagnostics`. */
  eventloop_blocks: EventLoopBlock[];
  /** What was counted since the monitor was made. */
  counters: Values;
  /** What each gauge says now. */
  gauges: Values;
  /** The highest value of each gauge that was set since the reader last looked. */
  max_gauges: Values;
  /** The lowest value of each gauge that was set since the reader last looked. */
  min_gauges: Values;
  /** What each histogram took since the reader last looked. */
  histograms: Record<string, HistogramValues>;
}

/** What a document says beside the numbers of the registry. */
export type DocumentFacts = Pick<MetricsSnapshot, 'process' | 'instance' | 'eventloop_blocks'>;

/** A snapshot, and the way to undo having looked. */
export interface Reading<T = MetricsSnapshot> {
  readonly metrics: T;
  /** Merges the reader's window back into its next one, because this one did not get anywhere. */
  readonly giveBack: () => void;
}
