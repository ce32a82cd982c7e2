/** A process, or a thread of one, among those whose numbers are merged. */
export interface ProcessIdentity {
  /** Not unique: containers that share a directory often have the same pid, 1. */
  readonly pid: number;
  /** `null` if it is not known. */
  readonly hostname: string | null;
  /** The `threadId` of a worker thread; `null` for the main thread. */
  readonly thread: number | null;
}

/** The same text for all threads of a process, and another one for each process. */
export function processKey({ pid, hostname }: Omit<ProcessIdentity, 'thread'>): string {
  return hostname === null ? String(pid) : nameWithHost(hostname, pid);
}

/** How users name a process whose pid is not unique. */
export function nameWithHost(hostname: string, pid: number): string {
  return `${hostname}:${pid}`;
}
