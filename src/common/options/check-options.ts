import { MonitorOptionsError } from './monitor-options.error.js';
import { nearestName } from './nearest-name.js';
import { BAD_OPTION, BAD_OPTIONS, UNKNOWN_OPTION } from './option.messages.js';
import type { Rules } from './option-rules.js';
import { isRule } from './option-rules.js';

/**
 * Checks options against their rules. `undefined` means that the option was not given.
 *
 * @param path the name of the group that the options belong to, such as `http`; empty at the top.
 * @throws MonitorOptionsError for the first option that is unknown or has a value that is not allowed. It names an option
 * of a group as `http.buckets`.
 */
export function checkOptions(options: unknown, rules: Rules, path = ''): void {
  if (!isRecord(options)) throw notAnObject(path, options);
  const nameOf = (option: string) => (path === '' ? option : `${path}.${option}`);
  const known = Object.keys(rules);
  for (const option of Object.keys(options)) {
    if (Object.hasOwn(rules, option)) continue;
    // A misspelled name, such as "tokens", may still hold a secret.
    const value = /token|secret|passw|key/i.test(option) ? HIDDEN : options[option];
    const nearest = nearestName(option, known);
    const meant = nearest === undefined ? undefined : nameOf(nearest);
    const message = UNKNOWN_OPTION(nameOf(option), value, meant, known);
    throw new MonitorOptionsError(message, nameOf(option), value, known.join(', '));
  }
  // Not the own keys of the options: an object can inherit them.
  for (const [option, rule] of Object.entries(rules)) {
    const value = options[option];
    if (value === undefined) continue;
    if (!isRule(rule)) checkOptions(value, rule, nameOf(option));
    else if (!rule.accepts(value))
      throw badOption(nameOf(option), rule.isSecret ? HIDDEN : value, rule.allowed, rule.problem?.(value));
  }
}

/** Replaces a secret value. */
const HIDDEN = '(not shown)';

/** The error for a value that is not allowed. */
export function badOption(
  option: string,
  value: unknown,
  allowed: string,
  problem?: string,
): MonitorOptionsError {
  return new MonitorOptionsError(BAD_OPTION(option, value, allowed, problem), option, value, allowed);
}

function notAnObject(path: string, value: unknown): MonitorOptionsError {
  return path === ''
    ? new MonitorOptionsError(BAD_OPTIONS(value), 'options', value, 'an object')
    : badOption(path, value, 'an object');
}

/** Excludes arrays, Maps and promises: they have no unknown keys, so they would pass as empty options. */
function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !(Symbol.iterator in value) && !('then' in value);
}
