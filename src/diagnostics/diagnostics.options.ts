import { checkOptions } from '../common/options/check-options.js';
import type { Rule, Rules, WholeNumber } from '../common/options/option-rules.js';
import { numberOf, wholeNumber, YES_OR_NO } from '../common/options/option-rules.js';

export interface BlockedLoopOptions {
  /**
   * Milliseconds from which on a turn of the event loop is a block. A lower one costs more: the event loop is woken up more
   * often. Default: 100.
   */
  threshold?: WholeNumber | undefined;
}

/** What can be found out about the process. Each part is on unless it is switched off, but for {@link heapSnapshot}. */
export interface DiagnosticsOptions {
  /** Says which function blocks the event loop. Default: on. */
  blockedLoop?: false | BlockedLoopOptions | undefined;
  /** `GET /monitor/profile/cpu` and `/profile/allocations`. Default: `true`. */
  profiles?: boolean | undefined;
  /** `GET /monitor/report`. Default: `true`. */
  report?: boolean | undefined;
  /**
   * `POST /monitor/heap-snapshot`. There is everything in a snapshot that the process has in memory, secrets included, and the
   * event loop stands still while it is made. Default: `false`.
   */
  heapSnapshot?: boolean | undefined;
}

export interface ResolvedDiagnosticsOptions {
  /** Whether any of them is on. */
  readonly isOn: boolean;
  /** Milliseconds; `undefined` if blocks are not looked for. */
  readonly blockThreshold: number | undefined;
  readonly profiles: boolean;
  readonly report: boolean;
  readonly heapSnapshot: boolean;
}

const GROUP_RULES: Rules = {
  blockedLoop: {
    allowed: 'false, or an object such as { threshold: 100 }',
    accepts: (value) => value === false || isObject(value),
  },
  profiles: YES_OR_NO,
  report: YES_OR_NO,
  heapSnapshot: YES_OR_NO,
};

const BLOCKED_LOOP_RULES: Rules = {
  threshold: wholeNumber('a whole number of milliseconds from 20 to 60 000', 20, 60_000),
};

export const DIAGNOSTICS_RULE: Rule = {
  allowed: 'true, false, or an object such as { blockedLoop: { threshold: 100 }, heapSnapshot: true }',
  accepts: (value) => typeof value === 'boolean' || isObject(value),
};

/** @throws MonitorOptionsError for a part that is unknown or not what it must be. */
export function resolveDiagnosticsOptions(
  options: boolean | DiagnosticsOptions | undefined = false,
): ResolvedDiagnosticsOptions {
  if (options === false) return OFF;
  const given = options === true ? {} : options;
  checkOptions(given, GROUP_RULES, 'diagnostics');
  const { blockedLoop = {}, profiles = true, report = true, heapSnapshot = false } = given;
  if (blockedLoop !== false) checkOptions(blockedLoop, BLOCKED_LOOP_RULES, 'diagnostics.blockedLoop');
  const blockThreshold = blockedLoop === false ? undefined : (numberOf(blockedLoop.threshold) ?? 100);
  const isOn = blockThreshold !== undefined || profiles || report || heapSnapshot;
  return Object.freeze({ isOn, blockThreshold, profiles, report, heapSnapshot });
}

const OFF: ResolvedDiagnosticsOptions = Object.freeze({
  isOn: false,
  blockThreshold: undefined,
  profiles: false,
  report: false,
  heapSnapshot: false,
});

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
