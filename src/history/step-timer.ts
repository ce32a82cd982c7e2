import { realTimers } from '../common/real-timers.js';
import type { SteadyClock } from './steady-clock.js';

/** Milliseconds of a row. */
const ROW = 1000;

/** Milliseconds that a timer may run early, since it counts whole milliseconds. */
const EARLY = 5;

/** Milliseconds. A row that would be shorter is skipped. */
const SHORTEST = 250;

/**
 * Calls back at the end of each row of one second, without keeping the process alive. Rows are counted on the clock, so
 * they do not drift. After a suspension there is one call, for the row of that moment.
 */
export class StepTimer {
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  /** @param phase milliseconds by which row 0 ends before the zero of the clock, so that rows end at whole seconds. */
  constructor(
    private readonly clock: SteadyClock,
    private readonly phase: number,
    private readonly onRow: () => Promise<void>,
  ) {}

  start(): void {
    this.schedule();
  }

  stop(): void {
    this.isStopped = true;
    realTimers.clearTimeout(this.timer);
  }

  /** The row that ends now, or has ended last. */
  currentRow(): number {
    return Math.floor((this.clock.now() + this.phase + EARLY) / ROW);
  }

  /** The end of a row on the clock. */
  endOf(row: number): number {
    return row * ROW - this.phase;
  }

  private schedule(): void {
    if (this.isStopped) return;
    const now = this.clock.now();
    let delay = this.endOf(this.currentRow() + 1) - now;
    if (delay < SHORTEST) delay += ROW;
    this.timer = realTimers.setTimeout(() => void this.run(), delay).unref();
  }

  private async run(): Promise<void> {
    await this.onRow();
    this.schedule();
  }
}
