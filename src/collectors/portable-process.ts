import pidusage from 'pidusage';

/** What pidusage knows of this process. */
export interface PortableFigures {
  /** Seconds since the process started, when it was asked. */
  age: number;
  /** Resident size, in bytes, when it was asked. */
  rssBytes: number;
}

/**
 * What the operating system's own tools say of this process (`ps`, on Windows WMI), by way of pidusage. For the
 * platforms on which neither Node nor /proc has the answer.
 *
 * One question is under way at a time. `ps` is asked even where /proc exists, and no history is kept: pidusage's
 * other way holds a descriptor open for each process that it was asked about, and `clear()` forgets it unclosed.
 */
export class PortableProcess {
  private asking: Promise<void> | undefined;
  private known: PortableFigures | null = null;
  private isStopped = false;

  /** The last answer, or `null` as long as there is none. */
  get figures(): PortableFigures | null {
    return this.known;
  }

  /** An answer that comes later is not kept. pidusage itself keeps nothing of ours: there is no history to clear. */
  stop(): void {
    this.isStopped = true;
  }

  /** Asks, unless a question is under way. Never rejects: without an answer, the last one stands. */
  ask(): Promise<void> {
    this.asking ??= this.refresh().finally(() => (this.asking = undefined));
    return this.asking;
  }

  private async refresh(): Promise<void> {
    try {
      const { elapsed, memory } = await pidusage(process.pid, { usePs: true, maxage: 0 });
      if (!this.isStopped && elapsed >= 0 && memory > 0)
        this.known = { age: elapsed / 1000, rssBytes: memory };
    } catch {
      // No ps on this machine, or none that may run: then nobody knows.
    }
  }
}
