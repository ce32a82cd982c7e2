import { nameWithHost } from '../../../src/metrics/source/process-identity.js';
import type { ProcessActivity } from './endpoint-types.js';

/** How users and the query of the endpoint name a process: by its pid, with its host where several hosts have the pid. */
export function processName({ pid, hostname }: Pick<ProcessActivity, 'pid' | 'hostname'>): string {
  return hostname === undefined ? String(pid) : nameWithHost(hostname, pid);
}

/** The names of the processes that have not ended, each once. */
export function namesOf(processes: readonly ProcessActivity[]): string[] {
  const living = processes.filter(({ state }) => state !== 'ended').toSorted((a, b) => a.pid - b.pid);
  return [...new Set(living.map(processName))];
}
