import type { TaskFiles } from './task-files.js';

/** Number of successive observations after which a call is learned. */
const SIGHTINGS = 2;

/** Maximum milliseconds that the event loop was busy meanwhile. A synchronous call that starts a process takes longer. */
const MAX_BUSY = 3;

/** The system call that a thread sleeps in, with its first argument: `281 0xd` is epoll_pwait(13) on x86-64. */
export type SleepingCall = string;

/**
 * Finds out from the kernel whether the thread waits for events.
 *
 * An event loop always waits in the same system call, with the same descriptor, but neither is known in advance. A synchronous
 * call such as `execSync()` waits for events too, on a descriptor of its own, and is a block. So the call is learned: it is the
 * one in which the thread was seen while its event loop was idle.
 */
export class EventWait {
  private known: SleepingCall | undefined;
  private candidate: SleepingCall | undefined;
  private sightings = 0;

  constructor(private readonly task: TaskFiles | undefined) {}

  /** @returns `undefined` if the thread is running, or the system does not provide the call. */
  read(): SleepingCall | undefined {
    try {
      // The file contains `running`, or -1 if the thread sleeps outside of a system call, as in a page fault.
      return this.task === undefined ? undefined : /^\d+ 0x[\da-f]+/.exec(this.task.read('syscall'))?.[0];
    } catch {
      return undefined;
    }
  }

  isWaiting(call = this.read()): boolean {
    return call !== undefined && call === this.known;
  }

  /**
   * @param call in which the thread was sleeping.
   * @param busy milliseconds that the event loop was busy between the heartbeats before and after that.
   */
  learn(call: SleepingCall, busy: number): void {
    if (busy > MAX_BUSY) return;
    if (call !== this.candidate) this.sightings = 0;
    this.candidate = call;
    if (++this.sightings >= SIGHTINGS) this.known = call;
  }
}
