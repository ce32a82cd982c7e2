import { performance } from 'node:perf_hooks';
import type { Clock } from '../metrics/clock.js';
import { quickClock } from '../metrics/clock.js';

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
const FAST_TURNS = 4;

/** Milliseconds: a stretch that is still going on is worth to be seen from there on. */
const WORTH_SEEING = 1;

/** Stands for the length of a stretch that there was not. */
const NONE = -1;

/** A stretch that somebody has seen before it ended is seen again if it has become so many times as long. */
const GROWTH = 1.1;

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
 */
export class LoopStretches {
  private immediate: NodeJS.Immediate | undefined;
  private mark: NodeJS.Timeout | undefined;
  private isMarkDue = false;
  /** Whether there was a turn since the mark was set. */
  private hasTurned = false;

  /** Milliseconds that the loop had been busy, and idle, at the last look at the clock. */
  private busy = 0;
  private idle = 0;
  /** The stretch that is still going on, as far as that look, and how much of it was seen already. */
  private current = 0;
  private seen = 0;
  /** The longest stretch that has ended since the last sample; {@link NONE} if there was none. */
  private longest = NONE;
  private windowEnd = 0;
  /** Turns in this window, and whether they were many in the one before. */
  private turns = 0;
  private isFast = false;
  private lastTurn = -Infinity;

  constructor(
    private readonly observe: (seconds: number) => unknown,
    private readonly clock: Clock = quickClock,
    /** Milliseconds that the loop has waited for something to do, since it began. */
    private readonly idleTime: Clock = () => performance.nodeTiming.idleTime,
  ) {}

  start(): void {
    if (this.immediate !== undefined) return;
    this.idle = this.idleTime();
    this.busy = this.clock() - this.idle;
    this.isMarkDue = true;
    this.mark = setTimeout(this.onMark, MARK_DELAY).unref();
    this.immediate = setImmediate(this.onImmediate).unref();
  }

  stop(): void {
    clearImmediate(this.immediate);
    clearTimeout(this.mark);
    this.immediate = undefined;
    this.mark = undefined;
    this.flush();
  }

  /**
   * What is done in each turn of the loop.
   *
   * @returns milliseconds since the turn before.
   */
  turn(): number {
    const now = this.look();
    this.end();
    this.turns++;
    if (now >= this.windowEnd) {
      this.isFast = this.turns >= FAST_TURNS && now < this.windowEnd + STRETCH_WINDOW;
      this.turns = 0;
      this.windowEnd = now + STRETCH_WINDOW;
      this.flush();
    }
    const elapsed = now - this.lastTurn;
    this.lastTurn = now;
    return elapsed;
  }

  /** Looks at the clock. If the loop has waited since the last look, a stretch ended with the look before. */
  look(): number {
    const now = this.clock();
    const idle = this.idleTime();
    const busy = now - idle;
    if (idle > this.idle) this.end();
    this.current += busy - this.busy;
    this.idle = idle;
    this.busy = busy;
    return now;
  }

  /**
   * Gives what was measured so far. A stretch that is still going on is given too, unless it is very short: whoever reads
   * right after a block, before the loop has turned, sees it.
   */
  collect(): void {
    if (this.immediate !== undefined) this.look();
    this.flush();
    if (this.current < WORTH_SEEING || this.current <= this.seen * GROWTH) return;
    this.seen = this.current;
    this.observe(this.current / 1000);
  }

  private end(): void {
    // What was seen already is not seen once more.
    if (this.seen === 0 || this.current > this.seen * GROWTH) {
      this.longest = Math.max(this.longest, this.current);
    }
    this.current = 0;
    this.seen = 0;
  }

  private flush(): void {
    if (this.longest >= 0) this.observe(this.longest / 1000);
    this.longest = NONE;
  }

  private readonly onImmediate = (): void => {
    this.immediate = setImmediate(this.onImmediate).unref();
    const elapsed = this.turn();
    this.hasTurned = true;
    if (this.isMarkDue || this.isFast || elapsed > IDLE_TURN) return;
    this.isMarkDue = true;
    this.hasTurned = false;
    this.mark?.refresh();
  };

  private readonly onMark = (): void => {
    this.look();
    // Before the loop has waited, there may be more to come.
    this.isMarkDue = !this.hasTurned;
    if (this.isMarkDue) this.mark?.refresh();
  };
}
