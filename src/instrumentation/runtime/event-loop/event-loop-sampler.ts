import { performance } from 'node:perf_hooks';
import type { Clock } from '../../../common/clock.js';
import { quickClock } from '../../../common/clock.js';
import type { LoopProgress } from './quick-turns.js';
import { QuickTurns } from './quick-turns.js';
import { StretchSamples } from './stretch-samples.js';

/** Milliseconds: there is at most one sample in each, so that a busy loop does not pay for one in every turn. */
export const STRETCH_WINDOW = 10;

/** A loop that turns so often in a window needs no mark: whatever is taken together in it is short. */
const TURNS_WITHOUT_MARK = 4;

/**
 * Measures for how long the event loop ran code without turning, which is how long everything else had to wait.
 *
 * From the time since the last turn it takes off what the loop has waited for something to do: neither a sleeping
 * process, nor one that the machine did not let run, passes for a blocked one. While the turns are quick, it wants to be
 * asked for many of them at once; see {@link QuickTurns}.
 */
export class EventLoopSampler {
  private readonly samples: StretchSamples;
  private readonly quickTurns = new QuickTurns();

  /** Milliseconds that the loop had been busy, and idle, at the last look at the clock. */
  private busy = 0;
  private idle = 0;
  /** What {@link busy} was where the stretch began that is still going on. */
  private stretchStart = 0;
  private windowStart: LoopProgress = { busy: 0, idle: 0, turns: 0 };
  private windowEnd = 0;
  private longestOfWindow = 0;
  private lastTurn = -Infinity;
  private hasFewTurns = true;
  private areQuick = false;

  constructor(
    observe: (seconds: number) => unknown,
    private readonly clock: Clock = quickClock,
    /** Milliseconds that the loop has waited for something to do, since it began. */
    private readonly idleTime: Clock = () => performance.nodeTiming.idleTime,
    /** Turns of the loop, since it began. */
    private readonly countTurns = () => performance.nodeTiming.uvMetricsInfo.loopCount,
  ) {
    this.samples = new StretchSamples(observe);
  }

  /** Whether the last window had so few turns that a look is needed before the loop waits. */
  get needsMark(): boolean {
    return this.hasFewTurns;
  }

  /** Whether {@link lookAtMany} is to be called, and not {@link turn} and {@link look}. */
  get isQuick(): boolean {
    return this.areQuick;
  }

  start(): void {
    this.areQuick = false;
    this.hasFewTurns = true;
    const now = this.look();
    this.stretchStart = this.busy;
    this.samples.clear();
    this.openWindow(now, this.progress());
  }

  stop(): void {
    this.samples.end(this.lookAtCurrent());
    this.areQuick = false;
    this.samples.flush();
  }

  /**
   * What is done in each turn of the loop.
   *
   * @returns milliseconds since the turn before.
   */
  turn(): number {
    const now = this.look();
    this.end();
    if (now >= this.windowEnd) this.closeWindow(now);
    const elapsed = now - this.lastTurn;
    this.lastTurn = now;
    return elapsed;
  }

  /** Looks at the clock. If the loop has waited since the last look, a stretch ended with the look before. */
  look(): number {
    const now = this.clock();
    const idle = this.idleTime();
    if (idle > this.idle && !this.areQuick) this.end();
    this.idle = idle;
    this.busy = now - idle;
    return now;
  }

  /** What is done instead from time to time, where turns are quick. */
  lookAtMany(): void {
    const now = this.look();
    const progress = this.progress();
    this.samples.end(this.quickTurns.longest(progress));
    this.areQuick = this.quickTurns.next(progress);
    this.stretchStart = this.busy;
    this.lastTurn = now;
    if (now >= this.windowEnd || !this.areQuick) this.openWindow(now, progress);
  }

  /**
   * Gives what was measured so far. A stretch that is still going on is given too, unless it is very short: whoever reads
   * right after a block, before the loop has turned, sees it.
   */
  collect(): void {
    const current = this.lookAtCurrent();
    this.samples.flush();
    this.samples.show(current);
  }

  /** Looks at the clock. @returns milliseconds of the stretch that is still going on. */
  private lookAtCurrent(): number {
    this.look();
    return this.areQuick ? this.quickTurns.longest(this.progress()) : this.busy - this.stretchStart;
  }

  private end(): void {
    const length = this.busy - this.stretchStart;
    this.samples.end(length);
    this.longestOfWindow = Math.max(this.longestOfWindow, length);
    this.stretchStart = this.busy;
  }

  private progress(): LoopProgress {
    return { busy: this.busy, idle: this.idle, turns: this.countTurns() };
  }

  private closeWindow(now: number): void {
    const progress = this.progress();
    const turns = progress.turns - this.windowStart.turns;
    this.hasFewTurns = turns < TURNS_WITHOUT_MARK || now >= this.windowEnd + STRETCH_WINDOW;
    this.areQuick = this.quickTurns.begin(this.windowStart, progress, this.longestOfWindow);
    this.openWindow(now, progress);
  }

  private openWindow(now: number, progress: LoopProgress): void {
    this.windowStart = progress;
    this.windowEnd = now + STRETCH_WINDOW;
    this.longestOfWindow = 0;
    this.samples.flush();
  }
}
