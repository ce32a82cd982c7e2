import { performance } from 'node:perf_hooks';
import type { Clock } from '../../../common/clock.js';
import { realClock } from '../../../common/clock.js';
import { realTimers } from '../../../common/real-timers.js';
import { DelayRecorder } from './delay-recorder.js';

/** Length of a window, in milliseconds. At most one sample is recorded in each: the longest delay in it. */
const WINDOW = 10;

/** Iterations that are measured one by one in a window. In a loop with more iterations, a timer measures the rest. */
const SINGLE_ITERATIONS = 8;

/** Milliseconds from the last measured iteration until the timer is due. It counts whole ones, so it may be one more. */
const TIMER_DELAY = 4;
const TIMER_AT_MOST = TIMER_DELAY + 1;

/** Milliseconds that the timer must be late before one of many iterations counts as long. */
const OVERDUE = 2;

type LoopTimers = Pick<typeof realTimers, 'setTimeout' | 'clearTimeout' | 'setImmediate' | 'clearImmediate'>;

/**
 * Measures event loop delay: for how long the loop ran code without polling for events, while everything else had to wait.
 * The time in which the loop waited for events is not counted, so a process that sleeps or was suspended is not blocked.
 *
 * Why not `monitorEventLoopDelay()` of Node: its timer measures only how late it is itself, and wakes an idle process a hundred
 * times a second. With `samplePerIteration` (Node 24.19, 26.5) it measures from the check phase to the next prepare
 * phase. I/O callbacks run between prepare and check: a request handler that blocked for 60 ms was reported as 1.6 ms by
 * Node 24.22 and as 0.002 ms by Node 26.12, and that is where most code of a server runs.
 *
 * An iteration of the loop is: poll, I/O callbacks, immediates, timers. Two callbacks measure it:
 *
 * - An unref'd **immediate** runs in every iteration, and causes none.
 * - An unref'd **timer** is due {@link TIMER_DELAY} after the last immediate. Where timers of the application take longer,
 *   it runs before the loop polls, and so separates them from the I/O callbacks that run after the poll. Where the loop goes
 *   idle, it costs one iteration.
 *
 * An immediate in every iteration would cost a server with short requests as much as counting the requests. So after
 * {@link SINGLE_ITERATIONS} of them, the timer measures many iterations as one.
 */
export class EventLoopSampler {
  private readonly delays: DelayRecorder;
  private immediate: NodeJS.Immediate | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** Infinity when the timer is not set. */
  private timerDue = Infinity;
  /** When the owner calls {@link measure} itself, which saves the timer. */
  private nextCall = Infinity;

  /** Milliseconds that the loop had been busy, and idle, at the last measurement, and where the current delay began. */
  private busy = 0;
  private idle = 0;
  private startBusy = 0;
  private startIdle = 0;
  private windowEnd = 0;
  private iterations = 0;
  /** Whether iterations since the last measurement were not measured one by one. */
  private isSkipping = false;

  /** @param observe receives each sample, in seconds. */
  constructor(
    observe: (seconds: number) => unknown,
    private readonly clock: Clock = realClock,
    /** Milliseconds that the loop has waited for events since it began. */
    private readonly idleTime: Clock = () => performance.nodeTiming.idleTime,
    private readonly timers: LoopTimers = realTimers,
  ) {
    this.delays = new DelayRecorder(observe);
  }

  start(): void {
    if (this.timer !== undefined) return;
    // Waits of the loop before this must not end a delay.
    this.idle = Infinity;
    const now = this.readClocks();
    this.startDelay();
    this.windowEnd = now + WINDOW;
    this.iterations = 0;
    this.isSkipping = false;
    this.timer = this.timers.setTimeout(this.onTimer, TIMER_DELAY).unref();
    this.timerDue = now + TIMER_DELAY;
    this.setImmediate();
  }

  stop(): void {
    if (this.timer === undefined) return;
    this.timers.clearTimeout(this.timer);
    this.timers.clearImmediate(this.immediate);
    this.timer = this.immediate = undefined;
    this.delays.end(this.currentDelay());
    this.delays.record();
  }

  /**
   * Measures outside of an immediate: called by the sampler's timer, and by each other timer of its owner.
   *
   * @param nextIn milliseconds until the owner calls this again.
   */
  measure(nextIn?: number): void {
    if (this.timer === undefined) return;
    const delay = this.currentDelay();
    if (nextIn !== undefined) this.nextCall = this.busy + this.idle + nextIn;
    if (!this.isSkipping) return;
    this.delays.end(delay);
    this.startDelay();
    this.isSkipping = false;
    this.iterations = 0;
    this.setImmediate();
  }

  /** Records what was measured so far, including a delay that has not ended. */
  collect(): void {
    if (this.timer === undefined) return;
    const delay = this.currentDelay();
    this.delays.record();
    this.delays.recordUnended(delay);
  }

  private readonly onImmediate = (): void => {
    this.delays.end(this.currentDelay());
    this.startDelay();
    const now = this.busy + this.idle;
    if (now >= this.windowEnd) {
      this.windowEnd = now + WINDOW;
      this.iterations = 0;
      this.delays.record();
    }
    // The receiver of a sample may have stopped the sampler.
    if (this.timer === undefined) return;
    this.isSkipping = ++this.iterations >= SINGLE_ITERATIONS;
    if (!this.isSkipping) this.setImmediate();
    this.setTimer(now);
  };

  private readonly onTimer = (): void => {
    this.timerDue = Infinity;
    this.measure();
  };

  private setImmediate(): void {
    this.immediate = this.timers.setImmediate(this.onImmediate).unref();
  }

  private setTimer(now: number): void {
    // If it is due, it runs right after the immediates. If it were set again whenever it has woken the loop, it would run forever.
    const isDue = now >= this.timerDue - 1;
    const isSpared = !this.isSkipping && now >= this.nextCall - TIMER_DELAY;
    if (isDue || isSpared) return;
    this.timerDue = now + TIMER_DELAY;
    this.timer?.refresh();
  }

  /** @returns milliseconds of the delay that has not ended. */
  private currentDelay(): number {
    this.readClocks();
    const delay = this.busy - this.startBusy;
    if (!this.isSkipping) return delay;
    // Other iterations took at most the time until the timer was due. Half of that is at most 2.5 ms off.
    const others = Math.max(0, TIMER_AT_MOST - (this.idle - this.startIdle));
    return delay > others + OVERDUE ? delay - others / 2 : 0;
  }

  private readClocks(): number {
    const now = this.clock();
    const idle = this.idleTime();
    // The loop has waited since the last measurement, so the delay ended with that measurement.
    if (idle > this.idle && !this.isSkipping) {
      if (this.busy > this.startBusy) this.delays.end(this.busy - this.startBusy);
      this.startDelay();
    }
    this.idle = idle;
    this.busy = now - idle;
    return now;
  }

  private startDelay(): void {
    this.startBusy = this.busy;
    this.startIdle = this.idle;
  }
}
