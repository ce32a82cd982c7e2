import { performance } from 'node:perf_hooks';
import type { Clock } from '../../common/clock.js';
import { realClock } from '../../common/clock.js';
import { realTimers } from '../../common/real-timers.js';
import type { BlockTimes, SharedState } from './shared-state.js';
import { monotonicMs } from './shared-state.js';

/** What is told of each heartbeat. */
export interface HeartbeatListener {
  /** The event loop was not blocked since the last one. */
  onBeat(): void;
  onBlock(block: BlockTimes): void;
}

/** Iterations of the event loop that beat in each window: one in every iteration would cost a busy server too much. */
const SINGLE_ITERATIONS = 8;

/** Milliseconds. After the single iterations of a window, a timer beats at its end. */
const WINDOW = 10;

/** Timers are due at whole milliseconds. */
const WINDOW_AT_MOST = WINDOW + 1;

type LoopTimers = Pick<typeof realTimers, 'setTimeout' | 'clearTimeout' | 'setImmediate' | 'clearImmediate'>;

/**
 * Tells the watchdog that the event loop turns, and finds the iterations that took long: an unref'd immediate runs in an
 * iteration that takes place anyway, and causes none. So there are no heartbeats while the loop waits for events, and an
 * idle process is not woken up. Whether it waits or is blocked then is for the watchdog's worker to find out.
 */
export class Heartbeat {
  private immediate: NodeJS.Immediate | undefined;
  private timer: NodeJS.Timeout | undefined;
  private last = 0;
  private lastIdle = 0;
  private windowEnd = 0;
  private iterations = 0;
  /** Whether the timer is to beat next, after iterations without a heartbeat. */
  private isSkipping = false;
  /** Between the clock of this thread and that of the machine. */
  private offset = 0;

  /** @param threshold milliseconds of an iteration that count as a block. */
  constructor(
    private readonly state: SharedState,
    private readonly threshold: number,
    private readonly listener: HeartbeatListener,
    private readonly clock: Clock = realClock,
    /** Milliseconds that the loop has waited for events since it began. */
    private readonly idleTime: Clock = () => performance.nodeTiming.idleTime,
    private readonly timers: LoopTimers = realTimers,
    machineClock: Clock = monotonicMs,
  ) {
    this.offset = machineClock() - clock();
  }

  start(): void {
    this.last = this.clock();
    this.lastIdle = this.idleTime();
    this.windowEnd = this.last + WINDOW;
    this.iterations = 0;
    this.state.beat(this.last + this.offset, this.lastIdle);
    this.timer = this.timers.setTimeout(this.onTimer, WINDOW).unref();
    this.setImmediate();
  }

  stop(): void {
    this.timers.clearTimeout(this.timer);
    this.timers.clearImmediate(this.immediate);
    this.timer = this.immediate = undefined;
  }

  private readonly onImmediate = (): void => {
    this.immediate = undefined;
    this.beat();
    // Whoever is told of a heartbeat may stop it.
    if (this.timer === undefined) return;
    if (this.last >= this.windowEnd) {
      this.windowEnd = this.last + WINDOW;
      this.iterations = 0;
    }
    this.isSkipping = ++this.iterations >= SINGLE_ITERATIONS;
    if (this.isSkipping) this.timer.refresh();
    else this.setImmediate();
  };

  private readonly onTimer = (): void => {
    if (!this.isSkipping) return;
    this.beat();
    this.isSkipping = false;
    this.iterations = 0;
    if (this.timer !== undefined) this.setImmediate();
  };

  private setImmediate(): void {
    this.immediate = this.timers.setImmediate(this.onImmediate).unref();
  }

  private beat(): void {
    const now = this.clock();
    const idle = this.idleTime();
    const end = now + this.offset;
    const busy = Math.min(this.busyTime(now, idle), end - this.state.lastWait);
    const isBlock = busy >= this.threshold;
    const block = { begin: end - busy, end };
    this.last = now;
    this.lastIdle = idle;
    if (isBlock) this.state.addBlock(block);
    this.state.beat(end, idle);
    if (isBlock) this.listener.onBlock(block);
    else this.listener.onBeat();
  }

  /** Milliseconds that the last iteration took, without what it waited for events. */
  private busyTime(now: number, idle: number): number {
    const waited = idle - this.lastIdle;
    const busy = now - this.last - waited;
    if (!this.isSkipping) return busy;
    // The others took at most the time until the timer was due: half of that is within 6 ms of what they took.
    return busy - Math.max(0, WINDOW_AT_MOST - waited) / 2;
  }
}
