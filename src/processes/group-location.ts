import cluster from 'node:cluster';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';
import type { ResolvedProcessesOptions } from './processes.options.js';

/** Under this key, the threads of a process find the directory of its group. */
const KEY = 'nestjs-monitor:group';

/**
 * The path of a socket may have 103 characters on macOS (107 on Linux), of which 32 are the name of a process. Of the rest, a
 * group whose name is replaced takes 17, and a default directory 26 after that for temporary files.
 */
const [LONGEST_GROUP, LONGEST_TMPDIR] = [71, 28];

/**
 * Where this process or thread meets the others of its group.
 *
 * @returns `undefined` where there are no others: not in a cluster, and not in a thread of a process that is monitored.
 */
export function locateGroup(options: ResolvedProcessesOptions): string | undefined {
  if (options === undefined) return undefined;
  const ofProcess = getEnvironmentData(KEY);
  if (!isMainThread) return typeof ofProcess === 'string' ? ofProcess : namedGroup(options);
  return namedGroup(options) ?? (cluster.isWorker ? join(defaultDirectory(), clusterKey()) : undefined);
}

/** Where the threads of this process meet it, if it is in no group itself. */
export function locateOwnGroup(): string {
  return join(defaultDirectory(), hash(['process', hostname(), process.pid, startOf(process.pid)]));
}

/** Tells the threads that this process starts from here on. */
export function tellThreads(path: string | undefined): void {
  setEnvironmentData(KEY, path);
}

function namedGroup(options: NonNullable<ResolvedProcessesOptions>): string | undefined {
  if (options.kind !== 'group') return undefined;
  const directory = options.directory ?? defaultDirectory();
  const path = join(directory, options.group);
  return path.length <= LONGEST_GROUP ? path : join(directory, hash(['group', options.group]));
}

function defaultDirectory(): string {
  const temporary = resolve(tmpdir());
  const user = process.getuid?.() ?? 0;
  const base = process.platform !== 'win32' && temporary.length > LONGEST_TMPDIR ? '/tmp' : temporary;
  return join(base, `nestjs-monitor-${user}`);
}

/**
 * Workers of one primary belong together, if they run the same script: the primary of pm2 is one for all its applications, which
 * have names of their own.
 */
function clusterKey(): string {
  const { ppid, argv, env } = process;
  const application = env['pm_id'] === undefined ? undefined : env['name'];
  return hash(['cluster', hostname(), ppid, startOf(ppid), argv[1], application]);
}

/** When a process was started, so that another one that gets its pid later is not taken for it; `undefined` where it is not known. */
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
