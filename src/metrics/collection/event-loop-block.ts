import type { InFlightGroup } from '../../common/in-flight.js';

/**
 * What blocked the event loop: `javascript`; `native` code, such as one `JSON.parse` or a synchronous system call, during
 * which no stack can be read; garbage collection (`gc`); or `unknown`, if too little of the block was sampled.
 */
export type BlockCause = 'javascript' | 'native' | 'gc' | 'unknown';

/** One function on the stack. */
export interface BlockFrame {
  /** Such as `ReportsService.build`; `async ReportsService.build` for a function that only awaits one on the stack. */
  function: string;
  /** Relative to the working directory of the process, if it is inside; empty for built-in functions and for code from `eval`. */
  file: string;
  /** From 1; 0 if it is not known. */
  line: number;
}

/** A period in which the event loop was blocked. */
export interface EventLoopBlock {
  /** When it began, such as `2026-01-31T23:59:59.123Z`. */
  time: string;
  /** Seconds in which the thread ran, or waited in a system call. */
  duration: number;
  /**
   * Seconds by the clock: how long requests waited. More than {@link duration} if the process was stopped meanwhile, or did not
   * get the CPU all the time.
   */
  elapsed: number;
  cause: BlockCause;
  /** The function that caused the block; `null` if that is not certain. */
  function: string | null;
  file: string | null;
  /** The line at which the function was sampled most often. */
  line: number | null;
  /** The share of the block in which the function was seen running, from 0 to 1; 0 without a function. */
  confidence: number;
  /** Up to 10, innermost first. */
  frames: BlockFrame[];
  /** Requests and calls of handlers that were in flight, by kind and name. */
  in_flight: InFlightGroup[];
  /** The pid of the process whose event loop was blocked. Only when several processes are merged. */
  process?: number;
}

/** Whether a block took so much longer by the clock than its code ran that both times are shown. */
export function isDelayed({ duration, elapsed }: EventLoopBlock): boolean {
  return elapsed >= 1.5 * duration;
}
