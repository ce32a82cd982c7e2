import type { ThreadUsage, UsageReader } from './thread-usage.js';

/** Milliseconds between two polls; at least, for the worker may be late itself. */
export const POLL_INTERVAL = 10;

/** What one poll can add where the clock is all there is to go by: a process that is stopped is late for one poll. */
const MAX_STEP = 4 * POLL_INTERVAL;

/**
 * Adds up for how long the watched thread was kept busy. Time in which it ran is counted by its CPU time, so that a
 * process that gets no CPU does not pass for a blocked one; time in which it waited for a system call is counted by the
 * clock.
 */
export class BusyClock {
  private total = 0;
  private cpu = 0;
  private last = 0;
  private usage: ThreadUsage | undefined;

  constructor(
    private readonly readUsage: UsageReader,
    private readonly clock: () => number,
  ) {}

  start(): void {
    this.total = this.cpu = 0;
    this.last = this.clock();
    this.usage = this.readUsage();
  }

  /** Whether it used next to no CPU; `false` where the system does not say. */
  get isAsleep(): boolean {
    return this.usage !== undefined && this.cpu < this.total / 10;
  }

  /** @returns milliseconds since {@link start} that the thread was kept busy. */
  poll(): number {
    const now = this.clock();
    const before = this.usage;
    const after = (this.usage = this.readUsage());
    const elapsed = now - this.last;
    this.last = now;
    if (before === undefined || after === undefined) return (this.total += Math.min(elapsed, MAX_STEP));
    const cpu = after.cpu - before.cpu;
    this.cpu += cpu;
    const hasWaited = after.isWaiting || after.waits !== before.waits;
    return (this.total += hasWaited ? Math.max(Math.min(elapsed, MAX_STEP), cpu) : Math.min(elapsed, cpu));
  }
}
