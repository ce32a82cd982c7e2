import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/** Where Node tells of each child process that is made, before it is started. */
const CHILD_PROCESSES = 'child_process';

/** What pidusage knows of this process. */
export interface PortableFigures {
  /** Seconds since the process started, when it was asked: whole ones, rounded down. */
  age: number;
  /** Resident size, in bytes, when it was asked. */
  rssBytes: number;
}

/**
 * What the operating system's own `ps` says of this process, by way of pidusage. For the platforms on which neither
 * Node nor /proc has the answer.
 *
 * One question is under way at a time. `ps` is asked even where /proc exists, and no history is kept: pidusage's
 * other way holds a descriptor open for each process that it was asked about, and `clear()` forgets it unclosed.
 *
 * On Windows nobody is asked. Node knows all of this there, and pidusage would start one PowerShell after the other:
 * without a history, it never has enough for an answer.
 */
export class PortableProcess {
  private asking: Promise<void> | undefined;
  /** The `ps` that was started last. */
  private ps: ChildProcess | undefined;
  private known: PortableFigures | null = null;
  private hasEverAnswered = false;
  private isStopped = false;

  constructor(private readonly platform: NodeJS.Platform = process.platform) {}

  /** The answer to the last question, or `null` if there was none. */
  get figures(): PortableFigures | null {
    return this.known;
  }

  /** Whether it is worth asking again. */
  get canAnswer(): boolean {
    return this.hasEverAnswered;
  }

  /**
   * Ends a question that is under way: a `ps` that hangs would keep the closed application alive. pidusage itself keeps
   * nothing of ours, so there is nothing to clear; and `pidusage.clear()` would take away what it keeps for the application.
   */
  stop(): void {
    this.isStopped = true;
    this.ps?.kill('SIGKILL');
  }

  /** Asks, unless a question is under way. Never rejects. */
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
      // Loaded here, since pidusage reads /etc/alpine-release when it is loaded, which the permission model may forbid.
      const { default: pidusage } = await import('pidusage');
      if (this.isStopped) return null;
      const { elapsed, memory } = await this.watchStart(() =>
        pidusage(process.pid, { usePs: true, maxage: 0 }),
      );
      return elapsed >= 0 && memory > 0 ? { age: elapsed / 1000, rssBytes: memory } : null;
    } catch {
      // There is no ps on this machine, or it or pidusage may not be run.
      return null;
    }
  }

  /**
   * Gets hold of the child process that is started. One that cannot be started, without a descriptor left for its pipes,
   * emits an error before pidusage listens to it, and an error that nobody listens to ends the application.
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
