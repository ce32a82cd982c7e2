import type { Clock } from './clock.js';
import { monotonicClock } from './clock.js';

/** A moment by which work must be done. It passes once, unless it is called off before. */
export class Deadline {
  private readonly controller = new AbortController();
  private readonly at: number;
  private readonly timer: NodeJS.Timeout;

  /**
   * @param ms milliseconds from now. The process does not wait for them, unless it is told to by {@link hold}.
   * @param reason makes the error that {@link passed} rejects with, and that the {@link signal} carries.
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

  /** Rejects when the deadline passes; never settles if it is called off. */
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

  /** Ends the matter: the deadline does not pass any more. */
  callOff(): void {
    clearTimeout(this.timer);
  }

  /**
   * Has the deadline pass now, if its time has come and its timer just has not run yet.
   *
   * @returns whether it has passed.
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
