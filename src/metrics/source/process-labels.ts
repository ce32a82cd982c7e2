import type { ProcessIdentity } from './process-identity.js';
import { pidsOfSeveralHosts } from './process-hosts.js';
import { nameWithHost } from './process-identity.js';

/** The values of the `process` label. */
export class ProcessLabels {
  private readonly ambiguous = new Set<number>();

  /**
   * To be called with all that are merged, before {@link of}. A pid that two hosts have is ambiguous from then on, so that the series of
   * one do not change their names whenever the other one is replaced.
   *
   * @returns whether labels have changed.
   */
  update(all: readonly Omit<ProcessIdentity, 'thread'>[]): boolean {
    const before = this.ambiguous.size;
    for (const pid of pidsOfSeveralHosts(all)) this.ambiguous.add(pid);
    return this.ambiguous.size > before;
  }

  /** The pid, with the host where it is ambiguous, and with the `threadId` of a worker thread. */
  of({ pid, hostname, thread }: ProcessIdentity): string {
    const name = hostname !== null && this.ambiguous.has(pid) ? nameWithHost(hostname, pid) : String(pid);
    return thread === null ? name : `${name}:${thread}`;
  }
}
