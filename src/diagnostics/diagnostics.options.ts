import { checkOptions } from '../common/options/check-options.js';
import type { Rule, Rules, WholeNumber } from '../common/options/option-rules.js';
import { numberOf, wholeNumber, YES_OR_NO } from '../common/options/option-rules.js';

export interface BlockedLoopOptions {
  /**
   * Milliseconds from which a turn of the event loop counts as a block. A lower value costs more: the event loop is woken up
   * more often. Default: 100.
   */
  threshold?: WholeNumber | undefined;
}

/** Diagnostics of the process. Each part is on unless it is switched off, except {@link heapSnapshot}. */
export interface DiagnosticsOptions {
  /** Finds the function that blocks the event loop. Default: `true`. */
  blockedLoop?: boolean | BlockedLoopOptions | undefined;
  /** `GET /monitor/profile/cpu` and `/profile/allocations`. Default: `true`. */
  profiles?: boolean | undefined;
  /** `GET /monitor/report`. Default: `true`. */
  report?: boolean | undefined;
  /**
   * `POST /monitor/heap-snapshot`. A snapshot contains everything that the process has in memory, including secrets, and the
   * event loop is blocked while it is made. Default: `false`.
   */
  heapSnapshot?: boolean | undefined;
}

export interface ResolvedDiagnosticsOptions {
  /** Whether any of them is on. */
  readonly isOn: boolean;
  /** Milliseconds; `undefined` if blocks are not detected. */
  readonly blockThreshold: number | undefined;
  readonly profiles: boolean;
  readonly report: boolean;
  readonly heapSnapshot: boolean;
}

const GROUP_RULES: Rules = {
  blockedLoop: {
    allowed: 'true, false, or an object such as { threshold: 100 }',
    accepts: (value) => typeof value === 'boolean' || isObject(value),
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

/** @throws MonitorOptionsError for an unknown part or an invalid value. */
export function resolveDiagnosticsOptions(
  options: boolean | DiagnosticsOptions | undefined = false,
): ResolvedDiagnosticsOptions {
  if (options === false) return OFF;
  const given = options === true ? {} : options;
  checkOptions(given, GROUP_RULES, 'diagnostics');
  const { blockedLoop = true, profiles = true, report = true, heapSnapshot = false } = given;
  const blockThreshold = resolveThreshold(blockedLoop);
  const isOn = blockThreshold !== undefined || profiles || report || heapSnapshot;
  return Object.freeze({ isOn, blockThreshold, profiles, report, heapSnapshot });
}

function resolveThreshold(blockedLoop: boolean | BlockedLoopOptions): number | undefined {
  if (blockedLoop === false) return undefined;
  const given = blockedLoop === true ? {} : blockedLoop;
  checkOptions(given, BLOCKED_LOOP_RULES, 'diagnostics.blockedLoop');
  return numberOf(given.threshold) ?? 100;
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
