import { MonitorOptionsError } from './monitor-options.error.js';
import { BAD_OPTION, BAD_OPTIONS, UNKNOWN_OPTION } from './option.messages.js';
import type { Rules } from './option-rules.js';
import { isRule } from './option-rules.js';

/**
 * Holds options against their rules. An option that is `undefined` is one that was not given.
 *
 * @param path the name of the group that the options are, such as `http`; empty for all of them.
 * @throws MonitorOptionsError for the first option that is unknown or not what it must be. It names one of a group
 * as `http.buckets`.
 */
export function checkOptions(options: unknown, rules: Rules, path = ''): void {
  if (!isRecord(options)) throw notAnObject(path, options);
  const nameOf = (option: string) => (path === '' ? option : `${path}.${option}`);
  const known = Object.keys(rules);
  for (const option of Object.keys(options)) {
    if (Object.hasOwn(rules, option)) continue;
    // "tokens", or "Token": what was misspelled is a secret all the same.
    const value = /token|secret|passw|key/i.test(option) ? HIDDEN : options[option];
    const message = UNKNOWN_OPTION(nameOf(option), value, known);
    throw new MonitorOptionsError(message, nameOf(option), value, known.join(', '));
  }
  // By what is known and not by what is there: an object can inherit its options.
  for (const option of known) {
    const rule = rules[option];
    const value = options[option];
    if (value === undefined) continue;
    if (!isRule(rule)) checkOptions(value, rule, nameOf(option));
    else if (!rule.accepts(value))
      throw badOption(nameOf(option), rule.isSecret ? HIDDEN : value, rule.allowed);
  }
}

/** Stands for a value that nobody may see. */
const HIDDEN = '(not shown)';

/** An error that says what is wrong with one option. */
export function badOption(option: string, value: unknown, allowed: string): MonitorOptionsError {
  return new MonitorOptionsError(BAD_OPTION(option, value, allowed), option, value, allowed);
}

function notAnObject(path: string, value: unknown): MonitorOptionsError {
  return path === ''
    ? new MonitorOptionsError(BAD_OPTIONS(value), 'options', value, 'an object')
    : badOption(path, value, 'an object');
}

/** Not a list, a Map or a promise, which have no options on them, and so would pass for no options at all. */
function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !(Symbol.iterator in value) && !('then' in value);
}
