import { types } from 'node:util';
import { monotonicClock } from '../../common/clock.js';
import { realTimers } from '../../common/real-timers.js';
import type { Timetable } from './due-tracker.js';
import type { JobMetrics } from './job-metrics.js';
import type { AnyFunction, Timer } from './schedule.types.js';

/** When an interval or a timeout of Node runs. Setting the wall clock does not change that. */
export class TimerTimetable implements Timetable {
  /** The time at which the clock of Node's timers was 0. */
  private readonly origin = monotonicClock() - timerClock();
  private readonly period: number | undefined;
  /** When the timer was started, by the clock of Node's timers. Each repetition and `timer.refresh()` start it again. */
  private start: unknown;

  constructor(private readonly timer: Timer) {
    const { _repeat: period } = timer;
    this.period = typeof period === 'number' ? period : undefined;
  }

  now(): number {
    return monotonicClock();
  }

  dateOf(time: number): number {
    return Math.round(Date.now() + time - monotonicClock());
  }

  next(now: number, last: number | undefined): number | undefined {
    return this.dueNow(last === undefined || this.period === undefined ? undefined : now + this.period);
  }

  dueNow(due: number | undefined): number | undefined {
    const { _destroyed: isDestroyed, _idleStart: start, _idleTimeout: delay } = this.timer;
    if (isDestroyed === true) return undefined;
    if (start === this.start || typeof start !== 'number' || typeof delay !== 'number') return due;
    this.start = start;
    return this.origin + start + delay;
  }

  countAfter(due: number, until: number): number {
    return this.period === undefined ? 0 : Math.max(0, Math.floor((until - due) / this.period));
  }

  version(): unknown {
    return this.timer._destroyed;
  }
}

/** The current time by the clock of Node's timers, which only a timer shows. */
function timerClock(): number {
  const timer = realTimers.setTimeout(() => {}, 0);
  realTimers.clearTimeout(timer);
  return Number((timer as Timer)._idleStart);
}

/** Measures an interval or a timeout that the application has created itself. */
export function measureTimer(timer: Timer, metrics: JobMetrics, onStart: () => void): void {
  const { _onTimeout: callback } = timer;
  if (typeof callback !== 'function') return;
  timer._onTimeout = function (this: unknown, ...args: unknown[]) {
    onStart();
    void metrics.run(() => {
      const result: unknown = (callback as AnyFunction).apply(this, args);
      // Node ignores it. The query of a database library that nobody awaits does not run, and must not run for being measured.
      return types.isPromise(result) ? result : undefined;
    });
  };
}
