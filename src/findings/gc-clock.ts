import type { MetricsView } from '../metrics/source/metrics-source.js';
import type { GcTime } from './rule.js';

/** Seconds that are remembered. */
const SPAN = 300;

interface Reading {
  readonly time: number;
  readonly gc: number;
  readonly cpu: number;
}

/** Records the time of garbage collections and the CPU time of the process, since the history has no sums of histograms. */
export class GcClock {
  private last: Reading | undefined;
  private times: GcTime[] = [];

  get all(): readonly GcTime[] {
    return this.times;
  }

  /** @param time milliseconds on a clock that does not go back. */
  read(view: MetricsView, time: number): void {
    const { cpu } = view.facts().process;
    const family = view.histograms.family('gc_duration');
    if (family === undefined || cpu.user_time === null || cpu.system_time === null) return;
    const gc = family.labelled.reduce((sum, series) => sum + series.view().sum, 0);
    const reading = { time, gc, cpu: cpu.user_time + cpu.system_time };
    const { last } = this;
    this.last = reading;
    if (last === undefined) return;
    const elapsed = (time - last.time) / 1000;
    if (elapsed > 0) this.times.push({ elapsed, gc: gc - last.gc, cpu: reading.cpu - last.cpu });
    this.forget();
  }

  private forget(): void {
    let [span, from] = [0, this.times.length];
    while (from > 0 && span < SPAN) span += this.times[--from]?.elapsed ?? 0;
    this.times = this.times.slice(from);
  }
}
