import { nameWithHost } from '../../metrics/source/process-identity.js';
import type { Member } from './member.js';
import type { ProcessGroup } from './process-group.js';

/** How a request names a process. */
export interface ProcessQuery {
  readonly pid: number;
  /** `undefined` if the request has only the pid. */
  readonly hostname: string | undefined;
}

/** A process of the group, with its threads. */
export interface FoundProcess {
  readonly pid: number;
  /** `null` if it is not known. */
  readonly hostname: string | null;
  /** Whether this thread is one of its threads. */
  readonly isOwn: boolean;
  /** Its main thread and its other threads. */
  readonly members: readonly Member[];
}

/** The result where a query names no process, or not a single one. */
export class NoSingleProcess {
  /** @param names of the processes that have this pid; empty if there are none. */
  constructor(readonly names: readonly string[] = []) {}
}

/** A member or, for `undefined`, this thread itself. */
interface Candidate {
  readonly member: Member | undefined;
  readonly hostname: string | null;
}

/** Finds the process that a request asks for. Of hosts whose process has ended, one is found only if no other host has this pid. */
export async function findProcess(
  group: ProcessGroup,
  { pid, hostname: wanted }: ProcessQuery,
): Promise<FoundProcess | NoSingleProcess> {
  const isOwnPid = group.name.pid === pid;
  await group.roster.update().catch((thrown: unknown) => {
    // This process can be read without its directory.
    if (!isOwnPid) throw thrown;
  });
  const members = () => group.roster.members.filter(({ name }) => name.pid === pid);
  const mains = members().filter(({ name }) => name.thread === null);
  const isOwnMain = isOwnPid && group.name.thread === null;
  if (wanted !== undefined || mains.length + Number(isOwnMain) > 1) await readHosts(members());

  const candidates: Candidate[] = members().map((member) => ({ member, hostname: member.hostname }));
  if (isOwnPid) candidates.unshift({ member: undefined, hostname: group.hostname });
  if (candidates.length === 0) return new NoSingleProcess();
  const living = candidates.filter(({ member }) => member?.state !== 'ended');
  const [all, current] = [hostsOf(candidates), hostsOf(living)];
  const hosts = wanted === undefined ? (current.length > 0 ? current : all) : all;
  if (wanted !== undefined && !hosts.includes(wanted)) return new NoSingleProcess();
  if (wanted === undefined && hosts.length > 1)
    return new NoSingleProcess(hosts.map((host) => nameWithHost(host, pid)).sort());
  const hostname = wanted ?? hosts[0] ?? null;
  // Where only one host is known, a thread that has not answered yet is taken for one of it.
  const found = candidates.filter(
    (one) => one.hostname === hostname || (one.hostname === null && all.length < 2),
  );
  return {
    pid,
    hostname,
    isOwn: found.some(({ member }) => member === undefined),
    members: found.flatMap(({ member }) => member ?? []),
  };
}

/** Members tell their host with their numbers. */
async function readHosts(members: readonly Member[]): Promise<void> {
  const unknown = members.filter(({ hostname }) => hostname === null);
  await Promise.all(unknown.map((member) => member.read({ kind: 'now' })));
}

function hostsOf(candidates: readonly Candidate[]): string[] {
  return [...new Set(candidates.flatMap(({ hostname }) => hostname ?? []))];
}
