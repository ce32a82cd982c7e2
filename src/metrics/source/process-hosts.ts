import type { ProcessIdentity } from './process-identity.js';

/** The pids that several hosts have. Unknown hosts do not count. */
export function pidsOfSeveralHosts(all: readonly Omit<ProcessIdentity, 'thread'>[]): ReadonlySet<number> {
  const hosts = new Map<number, string>();
  const several = new Set<number>();
  for (const { pid, hostname } of all) {
    if (hostname === null) continue;
    const other = hosts.get(pid);
    if (other === undefined) hosts.set(pid, hostname);
    else if (other !== hostname) several.add(pid);
  }
  return several;
}

/** The entries of a list of processes. Those whose pid several hosts have get their `hostname`. */
export function withHosts<T extends { readonly pid: number }>(
  all: readonly (readonly [entry: T, hostname: string | null])[],
): (T & { hostname?: string })[] {
  const several = pidsOfSeveralHosts(all.map(([{ pid }, hostname]) => ({ pid, hostname })));
  return all.map(([entry, hostname]) =>
    hostname !== null && several.has(entry.pid) ? { ...entry, hostname } : entry,
  );
}
