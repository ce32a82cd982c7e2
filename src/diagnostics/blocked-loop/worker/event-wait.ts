import type { TaskFiles } from './task-files.js';

/** Observations of the same call that it takes to learn it. */
const SIGHTINGS = 2;

/** Milliseconds that the event loop may have been busy meanwhile: a process that it starts and waits for takes longer. */
const MAX_BUSY = 3;

/** The system call that a thread sleeps in, with its first argument: `281 0xd` is epoll_pwait(13) on x86-64. */
export type SleepingCall = string;

/**
 * Tells from the kernel whether the thread waits for events.
 *
 * It does so in one system call with the descriptor of its event loop, neither of which is known before. A synchronous call
 * such as `execSync()` waits for events too, on a descriptor of its own, and is a block. So the call is learned: it is the one
 * that the thread was seen in while its event loop was idle.
 */
export class EventWait {
  private known: SleepingCall | undefined;
  private candidate: SleepingCall | undefined;
  private sightings = 0;

  constructor(private readonly task: TaskFiles | undefined) {}

  /** @returns `undefined` where the thread runs, or the system does not say. */
  read(): SleepingCall | undefined {
    try {
      // `running`, or -1 where it sleeps in no system call, as in a page fault.
      return this.task === undefined ? undefined : /^\d+ 0x[\da-f]+/.exec(this.task.read('syscall'))?.[0];
    } catch {
      return undefined;
    }
  }

  isWaiting(call = this.read()): boolean {
    return call !== undefined && call === this.known;
  }

  /**
   * @param call that the thread slept in.
   * @param busy milliseconds that the event loop was busy from its heartbeat before to that after.
   */
  learn(call: SleepingCall, busy: number): void {
    if (busy > MAX_BUSY) return;
    if (call !== this.candidate) this.sightings = 0;
    this.candidate = call;
    if (++this.sightings >= SIGHTINGS) this.known = call;
  }
}
