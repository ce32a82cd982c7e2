import { performance } from 'node:perf_hooks';
import type { Clock } from '../../common/clock.js';
import { realClock } from '../../common/clock.js';
import { realTimers } from '../../common/real-timers.js';
import type { BlockTimes, SharedState } from './shared-state.js';
import { monotonicMs } from './shared-state.js';

/** Called at each heartbeat. */
export interface HeartbeatListener {
  /** The event loop was not blocked since the last one. */
  onBeat(): void;
  onBlock(block: BlockTimes): void;
}

/** Iterations with a heartbeat in each window. A heartbeat in every iteration would cost a busy server too much. */
const SINGLE_ITERATIONS = 8;

/** Milliseconds. After the single iterations of a window, a timer of this length makes the next heartbeat. */
const WINDOW = 10;

/** Timers are due at whole milliseconds. */
const WINDOW_AT_MOST = WINDOW + 1;

type LoopTimers = Pick<typeof realTimers, 'setTimeout' | 'clearTimeout' | 'setImmediate' | 'clearImmediate'>;

/**
 * Records in the shared state that the event loop turns, and finds iterations that took long. An unref'd immediate runs in an
 * iteration that takes place anyway, and causes none. So there are no heartbeats while the loop waits for events, and an idle
 * process is not woken up. The watchdog's worker finds out whether a loop without heartbeats waits or is blocked.
 */
export class Heartbeat {
  private immediate: NodeJS.Immediate | undefined;
  private timer: NodeJS.Timeout | undefined;
  private last = 0;
  private lastIdle = 0;
  private windowEnd = 0;
  private iterations = 0;
  /** Whether the timer makes the next heartbeat, after iterations without one. */
  private isSkipping = false;
  /** Milliseconds to add to the clock of this thread to get that of the machine, {@link monotonicMs}. */
  private offset = 0;

  /** @param threshold minimum duration of a block, in milliseconds. */
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
    // The listener may have stopped the heartbeat.
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

  /** Milliseconds that the last iteration took, without the time it waited for events. */
  private busyTime(now: number, idle: number): number {
    const waited = idle - this.lastIdle;
    const busy = now - this.last - waited;
    if (!this.isSkipping) return busy;
    // The skipped iterations took at most the time until the timer was due. Half of that is at most 6 ms off.
    return busy - Math.max(0, WINDOW_AT_MOST - waited) / 2;
  }
}
