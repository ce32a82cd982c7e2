import { hostname } from 'node:os';
import { nameWithHost } from '../../metrics/source/process-identity.js';
import type { NoSingleProcess, ProcessQuery } from '../../processes/group/find-process.js';
import { SEVERAL_PROCESSES, UNKNOWN_PROCESS } from '../endpoint.messages.js';

const PROCESS = /^(?:([^:]{1,255}):)?([1-9]\d{0,9})$/;

/** @returns the process in a query, `PID` or `HOSTNAME:PID`; `undefined` if the text is neither. */
export function processIn(text: string): ProcessQuery | undefined {
  const [, host, pid] = PROCESS.exec(text) ?? [];
  return pid === undefined ? undefined : { pid: Number(pid), hostname: host };
}

export function processText({ pid, hostname: host }: ProcessQuery): string {
  return host === undefined ? String(pid) : nameWithHost(host, pid);
}

/** Whether a query asks for this process, where there are no others. */
export function isThisProcess({ pid, hostname: host }: ProcessQuery): boolean {
  return pid === process.pid && (host === undefined || host === hostname());
}

/** The answer if a query names no process, or several. */
export function refusalOf(
  query: ProcessQuery,
  { names }: Pick<NoSingleProcess, 'names'>,
): [status: number, text: string] {
  return names.length === 0
    ? [404, UNKNOWN_PROCESS(processText(query))]
    : [409, SEVERAL_PROCESSES(query.pid, names)];
}
