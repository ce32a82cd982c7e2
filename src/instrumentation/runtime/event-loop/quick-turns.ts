/** Milliseconds between two looks at a loop with quick turns. */
export const SLOT = 5;

/** So many milliseconds after a look, if nothing is in its way, the next one comes at the latest: timers count whole ones. */
const SLOT_AT_MOST = SLOT + 1;

/** So many turns in a slot, and none of them longer than so many milliseconds on average: these are quick. */
const MANY = 8;
const SHORT = 0.5;

/** Milliseconds: a stretch that is longer does not pass for a usual one. */
const NOTABLE = 2;

/** Milliseconds: what is said of longer stretches is wrong by that share at most, whatever the other turns were like. */
const LONG = 20;
const TOLERANCE = 0.15;

/** How far an event loop has come. */
export interface LoopProgress {
  /** Milliseconds in which it was busy, and in which it was not. */
  readonly busy: number;
  readonly idle: number;
  readonly turns: number;
}

/**
 * Finds the longest stretch of a loop that turns very often by looking at it now and then. Ten turns of 0.3 ms
 * take 3 ms; if they took 23, one of them took 20 more.
 *
 * That is good to what the other turns since the last look differ from the usual, and there is little time for them: the
 * next look is due {@link SLOT} milliseconds after the last, so it comes right after a stretch that lasts until then.
 * One that comes in time cannot tell a turn that took 3 ms more from ten that took 0.3 ms more each. It says
 * nothing then, and leaves it to others to measure the next turns one by one.
 */
export class QuickTurns {
  private last: LoopProgress = { busy: 0, idle: 0, turns: 0 };
  /** Milliseconds that a turn usually takes. */
  private usual = 0;

  /**
   * Takes the turns between two looks for the usual ones, and goes on from there.
   *
   * @param longest milliseconds of the longest stretch among them
   * @returns whether they are quick, and none of them notable: if not, this is nothing to measure them by.
   */
  begin(first: LoopProgress, last: LoopProgress, longest: number): boolean {
    const { busy, idle, turns } = difference(first, last);
    this.last = last;
    this.usual = busy / turns;
    return longest <= NOTABLE && this.usual <= SHORT && turns * SLOT >= MANY * (busy + idle);
  }

  /**
   * Milliseconds of the longest stretch since the last look, as far as it can be told; what a turn took on average, if none
   * was notable.
   */
  longest(now: LoopProgress): number {
    const { busy, idle, turns } = difference(this.last, now);
    if (turns < 2) return busy;
    const longest = this.beyondUsual(now);
    if (longest <= NOTABLE || busy + idle <= SLOT_AT_MOST) return busy / turns;
    if (busy < LONG) return longest;
    const shortest = Math.max(LONG, busy - timeForOthers(idle));
    return Math.max(busy * (1 - TOLERANCE), Math.min(longest, shortest * (1 + TOLERANCE)));
  }

  /**
   * Goes on from here.
   *
   * @returns whether the turns since the last look were quick, and as many as usual in that time.
   */
  next(now: LoopProgress): boolean {
    return this.begin(this.last, now, this.beyondUsual(now));
  }

  /** Milliseconds of a turn that is to blame if the others were as usual. */
  private beyondUsual(now: LoopProgress): number {
    const { busy, idle, turns } = difference(this.last, now);
    return busy - Math.min(timeForOthers(idle), (turns - 1) * this.usual);
  }
}

/** Milliseconds that the turns have taken at most that came before a look was due. */
function timeForOthers(idle: number): number {
  return Math.max(0, SLOT_AT_MOST - idle);
}

function difference(from: LoopProgress, to: LoopProgress): LoopProgress {
  return { busy: to.busy - from.busy, idle: to.idle - from.idle, turns: to.turns - from.turns };
}
