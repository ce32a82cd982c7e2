import type { HistogramValues } from '../histogram/histogram-values.js';
import type { EventLoopBlock } from './event-loop-block.js';

/**
 * What the whole process has used so far, with all its threads, even in the document of a worker thread. A field is `null`
 * if the platform does not provide it. All are `null` with `collectors: { process: false }`.
 */
export interface ProcessMetrics {
  /** Seconds since the process started. */
  uptime: number | null;
  /** Open file descriptors of the process. */
  num_fds: number | null;
  /** The limit of open file descriptors; `null` also without a limit. */
  max_fds: number | null;
  meminfo: {
    /** Resident size, in bytes: the memory that is in RAM. */
    rss_bytes: number | null;
    /** Virtual size, in bytes: the address space that is reserved. Far larger than what is used. */
    vsz_bytes: number | null;
  };
  cpu: {
    /** Seconds of CPU spent in user mode, by all threads. */
    user_time: number | null;
    /** Seconds of CPU spent in the kernel, by all threads. */
    system_time: number | null;
    /** CPU of the last second, in percent of one core: 150 is one and a half. `null` in the first second. */
    percent: number | null;
    /** Threads of the operating system. Node itself has about ten. */
    num_threads: number | null;
  };
}

/** The process and thread that the document describes. */
export interface InstanceInfo {
  pid: number;
  /** `null` where the system does not provide it. */
  hostname: string | null;
  /** When the process started, such as `2026-01-31T23:59:59.123Z`. */
  start_time: string;
  /** Such as `v20.19.0`. */
  node_version: string;
  /** The `threadId` of a worker thread; `null` in the main thread. */
  worker_id: number | null;
}

/** A process or a thread whose numbers are in the document. */
export interface ProcessState {
  pid: number;
  /** Only where several hosts have this pid, as containers do that share a directory. */
  hostname?: string;
  /** The `threadId` of a worker thread; `null` for the main thread. */
  thread: number | null;
  /**
   * `ok`: it has responded. `late`: it has not responded within a second, or its response could not be merged; the numbers that it
   * sent or saved last are used. `ended`: it has exited; its counters and histograms are still part of the totals.
   */
  state: 'ok' | 'late' | 'ended';
  /** Seconds since its numbers were taken. */
  age: number;
}

/** Numbers by name, sorted by name. */
export type Values = Record<string, number>;

/**
 * The document with all metrics. Keys, nesting and units are those of µtornadomon (`mutornadomon`), so that a collector
 * written for it reads this document unchanged.
 *
 * It is a copy: it does not change, and the caller may modify it.
 */
export interface MetricsSnapshot {
  process: ProcessMetrics;
  instance: InstanceInfo;
  /** The last 20 times that the event loop was blocked, newest first; empty without the option `diagnostics`. */
  eventloop_blocks: EventLoopBlock[];
  /** The processes and threads whose numbers are merged, the responding one first. Only when several processes are merged. */
  processes?: ProcessState[];
  /** Totals since the monitor started. */
  counters: Values;
  /** The current value of each gauge. */
  gauges: Values;
  /** The highest value of each gauge that was set since the reader last read. */
  max_gauges: Values;
  /** The lowest value of each gauge that was set since the reader last read. */
  min_gauges: Values;
  /** The values of each histogram since the reader last read. */
  histograms: Record<string, HistogramValues>;
}

/** The parts of the document that do not come from a registry. */
export type DocumentFacts = Pick<MetricsSnapshot, 'process' | 'instance' | 'eventloop_blocks' | 'processes'>;

/** What was read in the window of a reader. */
export interface Reading<T = MetricsSnapshot> {
  readonly metrics: T;
  /** Merges the window into the reader's next one, because what was read did not arrive. */
  readonly giveBack: () => void;
}
