import { checkOptions } from '../common/options/check-options.js';
import type { Rule, Rules, WholeNumber } from '../common/options/option-rules.js';
import { numberOf, wholeNumber } from '../common/options/option-rules.js';

/** How much of the past is kept. */
export interface HistoryOptions {
  /** How many minutes are kept in steps of 10 s. The last 5 minutes are also kept in steps of 1 s. Default: 60. */
  minutes?: WholeNumber | undefined;
  /** The most series that are kept, in at most 20 kB each with 60 minutes. `docs/history.md` describes which. Default: 300. */
  series?: WholeNumber | undefined;
}

export interface ResolvedHistoryOptions {
  readonly minutes: number;
  readonly series: number;
}

export const HISTORY_RULE: Rule = {
  allowed: 'false, or an object such as { minutes: 60, series: 300 }',
  accepts: (value) =>
    value === false || (typeof value === 'object' && value !== null && !Array.isArray(value)),
};

const GROUP_RULES: Rules = {
  minutes: wholeNumber('a whole number from 5 to 1 440', 5, 1440),
  series: wholeNumber('a whole number from 50 to 10 000', 50, 10_000),
};

/**
 * @returns `undefined` for no history.
 * @throws MonitorOptionsError for an unknown or invalid option.
 */
export function resolveHistoryOptions(
  given: false | HistoryOptions | undefined = {},
): ResolvedHistoryOptions | undefined {
  if (given === false) return undefined;
  checkOptions(given, GROUP_RULES, 'history');
  return Object.freeze({ minutes: numberOf(given.minutes) ?? 60, series: numberOf(given.series) ?? 300 });
}
