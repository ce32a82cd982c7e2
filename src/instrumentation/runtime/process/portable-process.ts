import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/** The channel on which Node publishes each child process before it is started. */
const CHILD_PROCESSES = 'child_process';

/** What pidusage reports about this process. */
export interface PortableFigures {
  /** Seconds since the process started, rounded down. */
  age: number;
  /** Resident size, in bytes. */
  rssBytes: number;
}

/**
 * Reads age and resident size from the `ps` of the operating system, through pidusage, where neither Node nor /proc provides
 * them.
 *
 * One `ps` runs at a time. `ps` is used even where /proc exists, and without a history: otherwise pidusage keeps a descriptor
 * open for each process that it has read, and its `clear()` does not close it.
 *
 * Nothing is started on Windows. Node provides both values there, and pidusage, which needs a history for its answer, would
 * start one PowerShell after another.
 */
export class PortableProcess {
  private asking: Promise<void> | undefined;
  /** The last `ps`. */
  private ps: ChildProcess | undefined;
  private known: PortableFigures | null = null;
  private hasEverAnswered = false;
  private isStopped = false;

  constructor(private readonly platform: NodeJS.Platform = process.platform) {}

  /** The last answer; `null` if there was none. */
  get figures(): PortableFigures | null {
    return this.known;
  }

  /** Whether `ps` has ever answered. */
  get canAnswer(): boolean {
    return this.hasEverAnswered;
  }

  /**
   * Kills a running `ps`: one that hangs would keep the closed application alive. `pidusage.clear()` is not called: pidusage
   * keeps nothing of ours, and that would delete what it keeps for the application.
   */
  stop(): void {
    this.isStopped = true;
    this.ps?.kill('SIGKILL');
  }

  /** Runs `ps`, unless one is running. Never rejects. */
  ask(): Promise<void> {
    if (this.platform === 'win32') return Promise.resolve();
    this.asking ??= this.refresh().finally(() => (this.asking = undefined));
    return this.asking;
  }

  private async refresh(): Promise<void> {
    const figures = await this.askPs();
    if (this.isStopped) return;
    this.known = figures;
    this.hasEverAnswered ||= figures !== null;
  }

  private async askPs(): Promise<PortableFigures | null> {
    try {
      // Not imported at the top, since pidusage reads /etc/alpine-release when it is loaded, which the permission model may deny.
      const { default: pidusage } = await import('pidusage');
      if (this.isStopped) return null;
      const { elapsed, memory } = await this.watchStart(() =>
        pidusage(process.pid, { usePs: true, maxage: 0 }),
      );
      return elapsed >= 0 && memory > 0 ? { age: elapsed / 1000, rssBytes: memory } : null;
    } catch {
      // There is no ps, or it or pidusage may not be run.
      return null;
    }
  }

  /**
   * Gets the child process that pidusage starts. If it cannot be started, without a descriptor left for its pipes, it emits an
   * error before pidusage listens to it, and an error without a listener ends the application.
   */
  private watchStart<T>(start: () => T): T {
    const watch = (message: unknown) => {
      const { process } = message as { process: ChildProcess };
      this.ps = process.on('error', () => {});
    };
    subscribe(CHILD_PROCESSES, watch);
    try {
      return start();
    } finally {
      unsubscribe(CHILD_PROCESSES, watch);
    }
  }
}
