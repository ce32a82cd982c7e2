import { isAbsolute } from 'node:path';
import { badOption, checkOptions } from '../common/options/check-options.js';
import type { Rule, Rules } from '../common/options/option-rules.js';

export interface ProcessGroupOptions {
  /** All processes of this user on this machine with the same group are read as one: 1 to 40 letters, digits, `_`, `.` or `-`. */
  group: string;
  /**
   * The absolute path of the directory in which the processes of all groups meet. It is created with mode 0700, and must belong to
   * this user. At most 40 characters, because the path of a socket is limited. Default: `nestjs-monitor-UID` in the directory for
   * temporary files.
   */
  directory?: string | undefined;
}

/** `undefined` where each process answers for itself. */
export type ResolvedProcessesOptions =
  | { readonly kind: 'auto' }
  | { readonly kind: 'group'; readonly group: string; readonly directory: string | undefined }
  | undefined;

export const PROCESSES_RULE: Rule = {
  allowed: '"auto", false, or an object such as { group: "shop" }',
  accepts: (value) =>
    value === 'auto' ||
    value === false ||
    (typeof value === 'object' && value !== null && !Array.isArray(value)),
};

/** A name that could lead out of the directory is none. */
const GROUP = /^(?!\.)[\w.-]{1,40}$/;

const MAX_DIRECTORY = 40;

const GROUP_RULES: Rules = {
  group: {
    allowed: '1 to 40 letters, digits, "_", "." or "-", not beginning with "."',
    accepts: (value) => typeof value === 'string' && GROUP.test(value),
  },
  directory: {
    allowed: `an absolute path of at most ${MAX_DIRECTORY} characters`,
    accepts: (value) => typeof value === 'string' && isAbsolute(value) && value.length <= MAX_DIRECTORY,
  },
};

/** @throws MonitorOptionsError for a part that is unknown or not what it must be. */
export function resolveProcessesOptions(
  given: 'auto' | false | ProcessGroupOptions = 'auto',
): ResolvedProcessesOptions {
  if (given === false) return undefined;
  if (given === 'auto') return Object.freeze({ kind: 'auto' });
  checkOptions(given, GROUP_RULES, 'processes');
  // Not given: checkOptions() takes undefined for an option that may be left out.
  if (given.group === undefined) throw badOption('processes.group', undefined, 'given');
  return Object.freeze({ kind: 'group', group: given.group, directory: given.directory });
}
