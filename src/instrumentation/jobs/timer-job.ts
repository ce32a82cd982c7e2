import type { Timetable } from './due-tracker.js';
import type { JobMetrics } from './job-metrics.js';
import type { AnyFunction, Timer } from './schedule.types.js';

/** When an interval or a timeout of Node runs. */
export class TimerTimetable implements Timetable {
  private readonly first: number | undefined;
  private readonly period: number | undefined;

  constructor(private readonly timer: Timer) {
    const { _idleTimeout: delay, _repeat: period } = timer;
    this.period = typeof period === 'number' ? period : undefined;
    this.first = typeof delay === 'number' && delay >= 0 ? Date.now() + delay : undefined;
  }

  next(now: number, last: number | undefined): number | undefined {
    if (this.timer._destroyed === true) return undefined;
    if (last === undefined) return this.first;
    return this.period === undefined ? undefined : now + this.period;
  }

  countAfter(due: number, until: number): number {
    return this.period === undefined ? 0 : Math.max(0, Math.floor((until - due) / this.period));
  }

  version(): unknown {
    return this.timer._destroyed;
  }
}

/** Measures an interval or a timeout that the application has made itself. */
export function measureTimer(timer: Timer, metrics: JobMetrics, onStart: () => void): void {
  const { _onTimeout: callback } = timer;
  if (typeof callback !== 'function') return;
  timer._onTimeout = function (this: unknown, ...args: unknown[]) {
    onStart();
    return metrics.run(() => (callback as AnyFunction).apply(this, args));
  };
}
