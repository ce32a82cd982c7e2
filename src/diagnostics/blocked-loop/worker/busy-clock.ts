import type { ThreadUsage, UsageReader } from './thread-usage.js';

/** Minimum milliseconds between two polls. The worker itself may be late. */
export const POLL_INTERVAL = 10;

/** The most that one poll adds by the clock alone: after the process was suspended, one poll is late by all of that time. */
const MAX_STEP = 4 * POLL_INTERVAL;

/**
 * Adds up how long the watched thread was busy. Time in which it ran is measured as CPU time, so that a process that gets no
 * CPU is not taken for a blocked one. Time in which it waited in a system call is measured by the clock.
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

  /** Whether the thread used nearly no CPU; `false` if the system does not provide the CPU time. */
  get isAsleep(): boolean {
    return this.usage !== undefined && this.cpu < this.total / 10;
  }

  /** @returns milliseconds that the thread was busy since {@link start}. */
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
