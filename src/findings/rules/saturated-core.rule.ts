import { known, mean } from '../numbers.js';
import type { Rule } from '../rule.js';

/** The lowest utilization for a finding, and how long it must last. */
const [SATURATED, MINUTES] = [0.9, 2];

/** Requests wait for each other if at least this many are in flight at once. */
const WAITING = 2;

/** Seconds of a minute that must have been measured. Otherwise the process was suspended for a part of it. */
const MEASURED = 45;

/** Seconds of each second in which the event loop was busy. The gauge of the utilization has the last 0.1 s only. */
const BUSY = 'eventloop_time{state="active"}';

export const SATURATED_CORE: Rule = {
  id: 'saturated-core',
  anchor: 'saturated-core',

  observe({ history, uptime }) {
    const utilizations = history.values(1, BUSY, 'rate');
    const minutes = saturatedMinutes(utilizations, uptime);
    if (minutes < MINUTES) return [];
    const seconds = 60 * minutes;
    const utilization = mean(known(utilizations.slice(-seconds)));
    const waiting = mean(known(history.values(1, 'http_requests_in_flight', 'max').slice(-seconds)));
    if (!(waiting >= WAITING)) return [];
    return [
      {
        severity: 'critical',
        confidence: minutes >= 4 ? 'high' : 'medium',
        title: `One core is not enough: the event loop was ${utilization.toFixed(2)} busy for ${minutes} minutes while requests waited.`,
        evidence: [
          { series: `${BUSY} rate`, value: utilization, unit: 'ratio' },
          { series: 'http_requests_in_flight max', value: waiting },
        ],
        advice: 'Run more processes, or find with a CPU profile what takes the time.',
      },
    ];
  },
};

/** For how many whole minutes until now every minute was saturated. */
function saturatedMinutes(utilizations: readonly number[], uptime: number): number {
  let minutes = 0;
  for (let end = utilizations.length; end >= 60; end -= 60) {
    const minute = known(utilizations.slice(end - 60, end));
    if (minute.length < MEASURED || mean(minute) < SATURATED) break;
    minutes++;
  }
  // The first minute of a process is its start.
  return Math.min(minutes, Math.floor(uptime / 60) - 1);
}
