/** Application code: when it is due, how many milliseconds it runs, and in which phase of the loop. */
export interface Work {
  at: number;
  ms: number;
  phase: 'io' | 'timer';
}

interface HeldTimer {
  due: number;
  delay: number;
  run: () => void;
}

/**
 * A simulated event loop whose clock only advances when work runs or the loop waits. Its phases are those of libuv: poll, I/O
 * callbacks, immediates, timers. Timers have a resolution of whole milliseconds.
 */
export class HeldLoop {
  now = 1000;
  /** Milliseconds that the loop has waited. */
  idle = 500;
  iterations = 0;
  private immediates: (() => void)[] = [];
  private timers: HeldTimer[] = [];
  private readonly work: Work[] = [];

  readonly clock = (): number => this.now;
  readonly idleTime = (): number => this.idle;

  /** Like Node's functions of the same names, for unref'd callbacks. */
  readonly setImmediate = ((run: () => void) => {
    this.immediates.push(run);
    return { unref: () => run };
  }) as unknown as typeof setImmediate;

  readonly clearImmediate = ((run: () => void) => {
    this.immediates = this.immediates.filter((one) => one !== run);
  }) as unknown as typeof clearImmediate;

  readonly setTimeout = ((run: () => void, delay: number) => {
    const timer = { due: 0, delay, run };
    const handle = {
      timer,
      unref: () => handle,
      refresh: () => {
        timer.due = Math.floor(this.now) + delay;
        if (!this.timers.includes(timer)) this.timers.push(timer);
      },
    };
    handle.refresh();
    return handle;
  }) as unknown as typeof setTimeout;

  readonly clearTimeout = (({ timer }: { timer: HeldTimer }) => {
    this.timers = this.timers.filter((one) => one !== timer);
  }) as unknown as typeof clearTimeout;

  add(...work: Work[]): void {
    this.work.push(...work);
    this.work.sort((a, b) => a.at - b.at);
  }

  /** Runs the loop until its clock is at this time. Work that is due then has not run yet. */
  runUntil(end: number): void {
    for (;;) {
      const next = Math.min(this.work[0]?.at ?? Infinity, ...this.timers.map(({ due }) => due));
      if (Math.max(next, this.now) >= end) break;
      this.iterate(next);
    }
    this.wait(end);
  }

  private iterate(next: number): void {
    this.iterations++;
    this.wait(next);
    const polled = this.now;
    this.runWork('io', polled);
    for (const run of this.immediates.splice(0)) run();
    // Timers that become due while others run are run in the same phase.
    this.runWork('timer');
    const timers = this.timers.filter(({ due }) => due <= Math.floor(this.now));
    this.timers = this.timers.filter((timer) => !timers.includes(timer));
    for (const { run } of timers) run();
  }

  private runWork(phase: Work['phase'], until?: number): void {
    for (let i = 0; (this.work[i]?.at ?? Infinity) <= (until ?? this.now);) {
      if (this.work[i]?.phase === phase) this.now += this.work.splice(i, 1)[0]?.ms ?? 0;
      else i++;
    }
  }

  private wait(until: number): void {
    if (until <= this.now) return;
    this.idle += until - this.now;
    this.now = until;
  }
}
