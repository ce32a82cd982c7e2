import type { Columns } from '../state.js';
import { ratio, sum } from './figures.js';

/**
 * CPU of the process as a share of one core: the mean of each step. The value of `process.cpu.percent` in a step of 10 s is
 * that of its last second.
 */
export function cpuOf(columns: Columns): (number | null)[] {
  return sum(['user', 'system'].map((mode) => columns.values(`process.cpu.${mode}_time`, 'rate')));
}

/** Share of the time in which the event loop was busy: the mean of each step, as in {@link cpuOf}. */
export function utilizationOf(columns: Columns): (number | null)[] {
  const [active = [], idle = []] = ['active', 'idle'].map((state) =>
    columns.values(`eventloop_time{state="${state}"}`, 'rate'),
  );
  return ratio(active, sum([active, idle]));
}
