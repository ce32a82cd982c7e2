import type { Clock } from '../../../common/clock.js';
import { EventLoopSampler } from './event-loop-sampler.js';
import { SLOT } from './quick-turns.js';

/**
 * Milliseconds: what runs for less before the loop waits is taken together with what runs after it has waited. Each mark
 * is a turn of the loop that it would not take by itself: with fewer milliseconds, a server at half load pays for more
 * of them than the rest of the monitor costs.
 */
const MARK_DELAY = 10;

/** Milliseconds: a process that was left alone for longer is not woken up for a mark, which would be half of what it does. */
const IDLE_TURN = 60;

/**
 * Has {@link EventLoopSampler} look at the event loop when there is something to see, and wakes nobody up for it.
 *
 * An immediate that is unref'd runs in every turn that the loop takes anyway, and lets it sleep as long as it likes. (A
 * timer sees only how late it is itself, and so less of a block that begins right after a tick.)
 *
 * A turn is: wait, call back what came in, immediates, timers. So there is code before the wait and after it, and the
 * clock has to be looked at in between. A timer does that, which is due {@link MARK_DELAY} after the immediate: if
 * code runs for longer than that, it comes right after it, before the wait. If not, it costs a second turn. A loop that
 * turns all the time does without: each of its waits has little before it and little after it.
 *
 * Where there is one turn for each short request, a look in each turn would take more than all else that is done for the
 * request. There a timer has it look at many quick turns at once.
 */
export class LoopWatch {
  private readonly stretches: EventLoopSampler;
  private immediate: NodeJS.Immediate | undefined;
  private mark: NodeJS.Timeout | undefined;
  private isMarkDue = false;
  /** Whether there was a turn since the mark was set. */
  private hasTurned = false;
  private slot: NodeJS.Timeout | undefined;

  constructor(observe: (seconds: number) => unknown, clock?: Clock) {
    this.stretches = new EventLoopSampler(observe, clock);
  }

  start(): void {
    if (this.mark !== undefined) return;
    this.stretches.start();
    this.isMarkDue = true;
    this.mark = setTimeout(this.onMark, MARK_DELAY).unref();
    this.immediate = setImmediate(this.onImmediate).unref();
  }

  stop(): void {
    if (this.mark === undefined) return;
    clearImmediate(this.immediate);
    clearTimeout(this.mark);
    clearTimeout(this.slot);
    this.immediate = this.mark = this.slot = undefined;
    this.stretches.stop();
  }

  /** Gives what was measured so far; once it is stopped, there is nothing more. */
  collect(): void {
    if (this.mark !== undefined) this.stretches.collect();
  }

  private readonly onImmediate = (): void => {
    this.immediate = undefined;
    const elapsed = this.stretches.turn();
    this.hasTurned = true;
    this.waitForNextLook();
    const { isQuick, needsMark } = this.stretches;
    if (isQuick || this.isMarkDue || !needsMark || elapsed > IDLE_TURN) return;
    this.isMarkDue = true;
    this.hasTurned = false;
    this.mark?.refresh();
  };

  private readonly onMark = (): void => {
    this.isMarkDue = false;
    if (this.stretches.isQuick) return;
    this.stretches.look();
    // Before the loop has waited, there may be more to come.
    this.isMarkDue = !this.hasTurned;
    if (this.isMarkDue) this.mark?.refresh();
  };

  private readonly onSlot = (): void => {
    this.stretches.lookAtMany();
    this.waitForNextLook();
  };

  private waitForNextLook(): void {
    // Whoever got a sample may have stopped it.
    if (this.mark === undefined) return;
    if (!this.stretches.isQuick) this.immediate ??= setImmediate(this.onImmediate).unref();
    else if (this.slot === undefined) this.slot = setTimeout(this.onSlot, SLOT).unref();
    else this.slot.refresh();
  }
}
