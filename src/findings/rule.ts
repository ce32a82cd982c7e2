import type { ProcessMetrics } from '../metrics/collection/snapshot.js';
import type { Figure, HistorySeries, Step } from '../history/history-document.js';
import type { Finding } from './finding.js';

/** The history, as the rules read it. */
interface RecentHistory {
  /** The series that are kept. */
  readonly series: readonly HistorySeries[];
  /** The values of one figure, the oldest first: 5 minutes in steps of 1 s, or an hour in steps of 10 s. `NaN` for none. */
  values(step: Step, key: string, figure: Figure): readonly number[];
  /** How many seconds each step has taken; `NaN` for those in which the process was suspended. */
  seconds(step: Step): readonly number[];
}

/** Time that garbage collections took, and CPU time of the process, in one interval. */
export interface GcTime {
  /** Seconds of the clock. */
  readonly elapsed: number;
  readonly gc: number;
  readonly cpu: number;
}

/** A block of the event loop, with the function that caused it. */
export interface LoopBlock {
  /** ISO 8601. */
  readonly time: string;
  /** Seconds. */
  readonly duration: number;
  /** `null` where it is not known. */
  readonly function: string | null;
}

/** The input of a rule. */
export interface RuleContext {
  readonly history: RecentHistory;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Seconds since the process started. */
  readonly uptime: number;
  readonly process: ProcessMetrics;
  /** The times of the last intervals of 5 s or more, the oldest first; at most 5 minutes. */
  readonly gcTimes: readonly GcTime[];
  /** The last blocks of the event loop, the newest first; `undefined` without diagnostics. */
  readonly blocks: readonly LoopBlock[] | undefined;
}

/** The output of a rule. */
export interface Observation extends Omit<Finding, 'id' | 'rule' | 'since' | 'link'> {
  /** What it is about, such as a route, for a rule that can find several things. */
  readonly subject?: string;
}

/** Reads the history and returns what is wrong. It is a pure function: the same history gives the same observations. */
export interface Rule {
  readonly id: string;
  /** Its section in docs/findings.md. */
  readonly anchor: string;
  observe(context: RuleContext): readonly Observation[];
}
