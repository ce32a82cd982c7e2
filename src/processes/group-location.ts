import cluster from 'node:cluster';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';
import type { ResolvedProcessesOptions } from './processes.options.js';

/** The key of the environment data that gives threads the directory of their process's group. */
const KEY = 'nestjs-monitor:group';

/**
 * The longest path of a group, and of the directory for temporary files, in bytes. The path of a socket may have 103 on macOS (107 on
 * Linux). The socket's own name takes 32 of them, a group name that is replaced by its hash 17, and `/nestjs-monitor-UID` 26.
 */
const [LONGEST_GROUP, LONGEST_TMPDIR] = [71, 28];

/**
 * The directory of the group of this process or thread.
 *
 * @returns `undefined` if there is none: with `processes: false`, and where no group is configured and this is neither a cluster worker nor
 *   a thread of a monitored process.
 */
export function locateGroup(options: ResolvedProcessesOptions): string | undefined {
  if (options === undefined) return undefined;
  const ofProcess = getEnvironmentData(KEY);
  if (!isMainThread) return typeof ofProcess === 'string' ? ofProcess : namedGroup(options);
  return namedGroup(options) ?? (cluster.isWorker ? join(defaultDirectory(), clusterKey()) : undefined);
}

/** The directory of a group of only this process and its threads, for a process that is in no other group. */
export function locateOwnGroup(): string {
  return join(defaultDirectory(), hash(['process', hostname(), process.pid, startOf(process.pid)]));
}

/** Sets the directory of the group for threads that this process starts from now on. */
export function tellThreads(path: string | undefined): void {
  setEnvironmentData(KEY, path);
}

function namedGroup(options: NonNullable<ResolvedProcessesOptions>): string | undefined {
  if (options.kind !== 'group') return undefined;
  const directory = options.directory ?? defaultDirectory();
  const path = join(directory, options.group);
  return Buffer.byteLength(path) <= LONGEST_GROUP ? path : join(directory, hash(['group', options.group]));
}

function defaultDirectory(): string {
  const temporary = resolve(tmpdir());
  const user = process.getuid?.() ?? 0;
  const base =
    process.platform !== 'win32' && Buffer.byteLength(temporary) > LONGEST_TMPDIR ? '/tmp' : temporary;
  return join(base, `nestjs-monitor-${user}`);
}

/**
 * Workers of one primary form a group if they run the same script. pm2 has one primary for all its applications, so the name of the
 * application is part of the key.
 */
function clusterKey(): string {
  const { ppid, argv, env } = process;
  const application = env['pm_id'] === undefined ? undefined : env['name'];
  return hash(['cluster', hostname(), ppid, startOf(ppid), argv[1], application]);
}

/** The start time of a process, which tells it from a later one with the same pid; `undefined` if it is not known. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name of the program, in parentheses, may contain spaces.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function hash(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
