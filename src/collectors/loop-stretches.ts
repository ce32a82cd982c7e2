import { performance } from 'node:perf_hooks';
import type { Clock } from '../metrics/clock.js';
import { quickClock } from '../metrics/clock.js';
import type { LoopProgress } from './quick-turns.js';
import { QuickTurns, SLOT } from './quick-turns.js';
import { StretchSamples } from './stretch-samples.js';

/** Milliseconds: there is at most one sample in each, so that a busy loop does not pay for one in every turn. */
export const STRETCH_WINDOW = 10;

/**
 * Milliseconds: what runs for less before the loop waits is taken together with what runs after it has waited. Each mark
 * is a turn of the loop that it would not take by itself: with fewer milliseconds, a server at half load pays for more
 * of them than the rest of the monitor costs.
 */
const MARK_DELAY = 10;

/** Milliseconds: a process that was left alone for longer is not woken up for a mark, which would be half of what it does. */
const IDLE_TURN = 60;

/** A loop that turns so often in a window needs no mark: whatever is taken together in it is short. */
const TURNS_WITHOUT_MARK = 4;

/**
 * Measures for how long the event loop ran code without turning, which is how long everything else had to wait.
 *
 * It looks at the clock in every turn of the loop, and wakes nobody up for it: an immediate that is unref'd runs when
 * the loop turns anyway, and lets it sleep as long as it likes. (A timer sees only how late it is itself, and so less
 * of a block that begins right after a tick.) From the time since the last turn it takes off what the loop has waited
 * for something to do: neither a sleeping process, nor one that the machine did not let run, passes for a blocked one.
 *
 * A turn is: wait, call back what came in, immediates, timers. So there is code before the wait and after it, and the
 * clock has to be looked at in between. A timer does that, which is due {@link MARK_DELAY} after the immediate: if
 * code runs for longer than that, it comes right after it, before the wait. If not, it costs a second turn. A loop that
 * turns all the time does without: each of its waits has little before it and little after it.
 *
 * Where there is one turn for each short request, a look in each turn would take more than all else that is done for the
 * request. There {@link QuickTurns} looks at many turns at once, by a timer, until they are not as quick any more, or
 * one of them took long.
 */
export class LoopStretches {
  private readonly samples: StretchSamples;
  private readonly quickTurns = new QuickTurns();
  private immediate: NodeJS.Immediate | undefined;
  private mark: NodeJS.Timeout | undefined;
  private isMarkDue = false;
  /** Whether there was a turn since the mark was set. */
  private hasTurned = false;
  private slot: NodeJS.Timeout | undefined;

  /** Milliseconds that the loop had been busy, and idle, at the last look at the clock. */
  private busy = 0;
  private idle = 0;
  /** What {@link busy} was where the stretch began that is still going on. */
  private stretchStart = 0;
  private windowStart: LoopProgress = { busy: 0, idle: 0, turns: 0 };
  private windowEnd = 0;
  private longestOfWindow = 0;
  private lastTurn = -Infinity;
  /** Whether the last window had so few turns that a mark is needed. */
  private needsMark = true;
  /** Whether many turns are looked at at once. */
  private isQuick = false;

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

  start(): void {
    if (this.mark !== undefined) return;
    this.samples.clear();
    this.openWindow(this.readClock(), this.progress());
    this.stretchStart = this.busy;
    this.needsMark = this.isMarkDue = true;
    this.isQuick = false;
    this.mark = setTimeout(this.onMark, MARK_DELAY).unref();
    this.immediate = setImmediate(this.onImmediate).unref();
  }

  stop(): void {
    if (this.mark === undefined) return;
    this.samples.end(this.lookAtCurrent());
    this.isQuick = false;
    clearImmediate(this.immediate);
    clearTimeout(this.mark);
    clearTimeout(this.slot);
    this.immediate = this.mark = this.slot = undefined;
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
    if (idle > this.idle) this.end();
    this.idle = idle;
    this.busy = now - idle;
    return now;
  }

  /** What is done instead after each {@link SLOT}, where turns are quick. */
  lookAtMany(): void {
    const now = this.readClock();
    const progress = this.progress();
    this.samples.end(this.quickTurns.longest(progress));
    this.isQuick = this.quickTurns.next(progress);
    this.stretchStart = this.busy;
    this.lastTurn = now;
    if (now >= this.windowEnd || !this.isQuick) this.openWindow(now, progress);
  }

  /**
   * Gives what was measured so far. A stretch that is still going on is given too, unless it is very short: whoever reads
   * right after a block, before the loop has turned, sees it.
   */
  collect(): void {
    if (this.mark === undefined) return;
    const current = this.lookAtCurrent();
    this.samples.flush();
    this.samples.show(current);
  }

  /** Looks at the clock. @returns milliseconds of the stretch that is still going on. */
  private lookAtCurrent(): number {
    if (this.isQuick) {
      this.readClock();
      return this.quickTurns.longest(this.progress());
    }
    this.look();
    return this.busy - this.stretchStart;
  }

  private end(): void {
    const length = this.busy - this.stretchStart;
    this.samples.end(length);
    this.longestOfWindow = Math.max(this.longestOfWindow, length);
    this.stretchStart = this.busy;
  }

  private readClock(): number {
    const now = this.clock();
    this.idle = this.idleTime();
    this.busy = now - this.idle;
    return now;
  }

  private progress(): LoopProgress {
    return { busy: this.busy, idle: this.idle, turns: this.countTurns() };
  }

  private closeWindow(now: number): void {
    const progress = this.progress();
    const turns = progress.turns - this.windowStart.turns;
    this.needsMark = turns < TURNS_WITHOUT_MARK || now >= this.windowEnd + STRETCH_WINDOW;
    this.isQuick = this.quickTurns.begin(this.windowStart, progress, this.longestOfWindow);
    this.openWindow(now, progress);
  }

  private openWindow(now: number, progress: LoopProgress): void {
    this.windowStart = progress;
    this.windowEnd = now + STRETCH_WINDOW;
    this.longestOfWindow = 0;
    this.samples.flush();
  }

  private readonly onImmediate = (): void => {
    this.immediate = undefined;
    const elapsed = this.turn();
    this.hasTurned = true;
    this.waitForNextLook();
    if (this.isQuick || this.isMarkDue || !this.needsMark || elapsed > IDLE_TURN) return;
    this.isMarkDue = true;
    this.hasTurned = false;
    this.mark?.refresh();
  };

  private readonly onMark = (): void => {
    this.isMarkDue = false;
    if (this.isQuick) return;
    this.look();
    // Before the loop has waited, there may be more to come.
    this.isMarkDue = !this.hasTurned;
    if (this.isMarkDue) this.mark?.refresh();
  };

  private readonly onSlot = (): void => {
    this.lookAtMany();
    this.waitForNextLook();
  };

  private waitForNextLook(): void {
    if (this.mark === undefined) return;
    if (!this.isQuick) this.immediate ??= setImmediate(this.onImmediate).unref();
    else if (this.slot === undefined) this.slot = setTimeout(this.onSlot, SLOT).unref();
    else this.slot.refresh();
  }
}
