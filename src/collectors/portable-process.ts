import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import pidusage from 'pidusage';

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
   * An answer that comes later is not kept. pidusage itself keeps nothing of ours, so there is nothing to clear; and
   * `pidusage.clear()` would take away what it keeps for the application.
   */
  stop(): void {
    this.isStopped = true;
  }

  /** Asks, unless a question is under way. Never rejects. */
  ask(): Promise<void> {
    if (this.platform === 'win32') return Promise.resolve();
    this.asking ??= this.refresh().finally(() => (this.asking = undefined));
    return this.asking;
  }

  private async refresh(): Promise<void> {
    const figures = await askPs();
    if (this.isStopped) return;
    this.known = figures;
    this.hasEverAnswered ||= figures !== null;
  }
}

async function askPs(): Promise<PortableFigures | null> {
  try {
    const { elapsed, memory } = await whileHarmless(() => pidusage(process.pid, { usePs: true, maxage: 0 }));
    return elapsed >= 0 && memory > 0 ? { age: elapsed / 1000, rssBytes: memory } : null;
  } catch {
    // No ps on this machine, or none that may run: then nobody knows.
    return null;
  }
}

/**
 * Starts a child process that does no harm when it cannot be started. Without a descriptor left for its pipes, it emits
 * an error before pidusage listens to it, and an error that nobody listens to ends the application.
 */
function whileHarmless<T>(start: () => T): T {
  const listen = (message: unknown) => (message as { process: ChildProcess }).process.on('error', () => {});
  subscribe(CHILD_PROCESSES, listen);
  try {
    return start();
  } finally {
    unsubscribe(CHILD_PROCESSES, listen);
  }
}

/** Where Node tells of each child process that is made, before it is started. */
const CHILD_PROCESSES = 'child_process';
