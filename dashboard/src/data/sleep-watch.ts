/** A time in which the page did not run, in milliseconds since 1970: the computer was asleep. */
export interface Sleep {
  readonly from: number;
  readonly to: number;
}

/** A browser runs the timers of a page in the background once a minute. A page whose timer is later than this was asleep. */
const ASLEEP = 90_000;

/** Milliseconds in which the server must answer after a sleep. Later, its time says nothing about it. */
const ANSWERED = 60_000;

/**
 * Notices that the computer was asleep. The clock of the browser may also have been set, so the time of the server must have passed as
 * well: `performance.now()` cannot tell the two apart, since it stands still during a sleep in most browsers.
 */
export class SleepWatch {
  private last = Date.now();
  /** When the page did not run, and the time of the server before that. */
  private gap: (Sleep & { readonly before: number }) | undefined;
  private serverTime: number | undefined;

  constructor(private readonly onSleep: (sleep: Sleep) => void) {}

  /** To be called every few seconds, and before {@link heard}. */
  check(): void {
    const [from, now] = [this.last, Date.now()];
    this.last = now;
    if (now - from > ASLEEP && this.serverTime !== undefined) {
      this.gap = { from, to: now, before: this.serverTime };
    }
  }

  /** @param serverTime of what the server has sent, in milliseconds since 1970. */
  heard(serverTime: number): void {
    const { gap } = this;
    this.serverTime = serverTime;
    if (gap === undefined) return;
    const isLate = Date.now() - gap.to > ANSWERED;
    const wasAsleep = !isLate && serverTime - gap.before > ASLEEP;
    if (isLate || wasAsleep) this.gap = undefined;
    if (wasAsleep) this.onSleep({ from: gap.from, to: gap.to });
  }

  /** Begins anew, after a time in which the browser may have stopped the page. */
  begin(): void {
    this.last = Date.now();
    this.gap = undefined;
  }
}
