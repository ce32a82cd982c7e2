import { isAbsolute } from 'node:path';
import { badOption, checkOptions } from '../common/options/check-options.js';
import type { Rule, Rules } from '../common/options/option-rules.js';

export interface ProcessGroupOptions {
  /** The processes of this user on this machine with the same group are merged. 1 to 40 letters, digits, `_`, `.` or `-`. */
  group: string;
  /**
   * The absolute path of the directory in which each group has its own directory. It is created with mode 0700 if it is missing. An
   * existing one may have any owner and mode, such as a volume; only the group's directory in it must belong to this user and have
   * mode 0700. Whoever may write to it can replace the group's directory. At most 40 bytes, because the path of a socket is limited. Default: `nestjs-monitor-UID` in the directory for
   * temporary files.
   */
  directory?: string | undefined;
}

/** `undefined` if processes are not merged. */
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

/** Names that could lead out of the directory are invalid. */
const GROUP = /^(?!\.)[\w.-]{1,40}$/;

/** Bytes. */
const MAX_DIRECTORY = 40;

const GROUP_RULES: Rules = {
  group: {
    allowed: '1 to 40 letters, digits, "_", "." or "-", not beginning with "."',
    accepts: (value) => typeof value === 'string' && GROUP.test(value),
  },
  directory: {
    allowed: `an absolute path of at most ${MAX_DIRECTORY} bytes`,
    accepts: (value) =>
      typeof value === 'string' && isAbsolute(value) && Buffer.byteLength(value) <= MAX_DIRECTORY,
  },
};

/** @throws MonitorOptionsError for an unknown or invalid option. */
export function resolveProcessesOptions(
  given: 'auto' | false | ProcessGroupOptions = 'auto',
): ResolvedProcessesOptions {
  if (given === false) return undefined;
  if (given === 'auto') return Object.freeze({ kind: 'auto' });
  checkOptions(given, GROUP_RULES, 'processes');
  // checkOptions() accepts undefined for every option, but a group is required.
  if (given.group === undefined) throw badOption('processes.group', undefined, 'given');
  return Object.freeze({ kind: 'group', group: given.group, directory: given.directory });
}
