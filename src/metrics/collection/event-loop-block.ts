import type { InFlightGroup } from '../../common/in-flight.js';

/**
 * What kept the event loop from turning: `javascript`; `native` code, such as one `JSON.parse` or a synchronous call of the
 * system, in which no stack can be read; garbage collection (`gc`); or `unknown`, where too little was seen of it.
 */
export type BlockCause = 'javascript' | 'native' | 'gc' | 'unknown';

/** One function on the stack. */
export interface BlockFrame {
  /** Such as `ReportsService.build`. One that is not on the stack, but awaits what is, is `async ReportsService.build`. */
  function: string;
  /** From the working directory of the process, where it is inside; empty for functions of JavaScript's own. */
  file: string;
  /** From 1; 0 where it is not known. */
  line: number;
}

/** A time in which the event loop was blocked. */
export interface EventLoopBlock {
  /** When it began, such as `2026-01-31T23:59:59.123Z`. */
  time: string;
  /** Seconds. */
  duration: number;
  cause: BlockCause;
  /** The function that is to blame; `null` where that is not known for sure. */
  function: string | null;
  file: string | null;
  /** The line that it was at most often. */
  line: number | null;
  /** For how much of the block the function was seen to run, from 0 to 1; 0 where there is none. */
  confidence: number;
  /** Up to 10, innermost first. */
  frames: BlockFrame[];
  /** Requests and calls of handlers that were in flight, by kind and name. */
  in_flight: InFlightGroup[];
  /** The pid of the process whose event loop it was. Only where several processes answer together. */
  process?: number;
}
