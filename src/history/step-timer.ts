import { realTimers } from '../common/real-timers.js';
import type { SteadyClock } from './steady-clock.js';

/** Milliseconds of a row. */
const ROW = 1000;

/** A timer may run a little early, for it counts whole milliseconds. */
const EARLY = 5;

/** A row that begins in fewer milliseconds is skipped: it would be far shorter than the others. */
const SHORTEST = 250;

/**
 * Calls back once for each row of a second, at its end, without keeping the process alive. Rows are counted on the clock, so
 * that they do not drift; after a suspension, there is one call, with the row of that moment.
 */
export class StepTimer {
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  /** @param phase milliseconds of the clock that the rows begin before its zero, so that they end at whole seconds. */
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
