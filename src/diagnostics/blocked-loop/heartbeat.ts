import { performance } from 'node:perf_hooks';
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

/**
 * Tells the watchdog that the event loop turns. A timer is the only way: no callback runs when the loop begins to wait, so
 * a long wait is indistinguishable from a block.
 */
export class Heartbeat {
  private timer: NodeJS.Timeout | undefined;
  private last = 0;
  private lastIdle = 0;
  /** Between the clock of this thread and that of the machine. */
  private offset = 0;

  /**
   * @param interval milliseconds between two heartbeats.
   * @param threshold milliseconds of a turn that count as a block.
   */
  constructor(
    private readonly state: SharedState,
    private readonly interval: number,
    private readonly threshold: number,
    private readonly listener: HeartbeatListener,
  ) {}

  start(): void {
    this.offset = monotonicMs() - realClock();
    this.last = realClock();
    this.lastIdle = performance.nodeTiming.idleTime;
    this.state.beat(this.last + this.offset);
    this.timer = realTimers.setTimeout(this.beat, this.interval).unref();
  }

  stop(): void {
    realTimers.clearTimeout(this.timer);
    this.timer = undefined;
  }

  private readonly beat = (): void => {
    const now = realClock();
    const idle = performance.nodeTiming.idleTime;
    const busy = now - this.last - (idle - this.lastIdle);
    // A loop that turns all the time is busy too, but on time.
    const isBlock = busy >= this.threshold && now - this.last >= this.interval;
    const end = now + this.offset;
    this.last = now;
    this.lastIdle = idle;
    if (isBlock) this.state.addBlock({ begin: end - busy, end });
    this.state.beat(end);
    this.timer?.refresh();
    if (isBlock) this.listener.onBlock({ begin: end - busy, end });
    else this.listener.onBeat();
  };
}
