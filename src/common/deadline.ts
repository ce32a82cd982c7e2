import type { Clock } from './clock.js';
import { monotonicClock } from './clock.js';

/** A time limit for asynchronous work. It passes once, unless it is cancelled before. */
export class Deadline {
  private readonly controller = new AbortController();
  private readonly at: number;
  private readonly timer: NodeJS.Timeout;

  /**
   * @param ms milliseconds from now. They do not keep the process alive, unless {@link hold} is called.
   * @param reason creates the error that {@link passed} rejects with, and that the {@link signal} carries.
   */
  constructor(
    ms: number,
    private readonly reason: () => Error,
    private readonly clock: Clock = monotonicClock,
  ) {
    this.at = this.clock() + ms;
    this.timer = setTimeout(() => this.pass(), ms).unref();
  }

  /** Aborted when the deadline passes. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Rejects when the deadline passes; never settles if it is cancelled. */
  get passed(): Promise<never> {
    return new Promise((_resolve, reject) => {
      if (this.signal.aborted) reject(this.signal.reason as Error);
      this.signal.addEventListener('abort', () => reject(this.signal.reason as Error), { once: true });
    });
  }

  /** Keeps the process alive until the deadline. */
  hold(): void {
    this.timer.ref();
  }

  /** Cancels the deadline: it does not pass any more. */
  callOff(): void {
    clearTimeout(this.timer);
  }

  /**
   * Passes the deadline now if it is due and its timer has not run yet.
   *
   * @returns whether it was due.
   */
  passIfDue(): boolean {
    // Timers count whole milliseconds, so one may run a fraction of a millisecond early on a finer clock.
    if (this.clock() < this.at - 1) return false;
    clearTimeout(this.timer);
    this.pass();
    return true;
  }

  private pass(): void {
    this.controller.abort(this.reason());
  }
}
