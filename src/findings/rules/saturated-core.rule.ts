import { known, mean, sum } from '../numbers.js';
import type { Rule, RuleContext } from '../rule.js';
import { suspendedSteps } from '../suspension.js';

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

  observe(context) {
    const { history } = context;
    const utilizations = history.values(1, BUSY, 'rate');
    const minutes = saturatedMinutes(context, utilizations);
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

/** The number of whole minutes up to now in each of which the core was saturated. */
function saturatedMinutes(context: RuleContext, utilizations: readonly number[]): number {
  const seconds = context.history.seconds(1);
  const suspended = suspendedSteps(context);
  let minutes = 0;
  for (let end = utilizations.length; end >= 60; end -= 60) {
    const minute = utilizations.slice(end - 60, end);
    // A saturated process may have no step in every second: the next one covers those that were left out.
    const measured = minute.map((value, at) => {
      const row = end - 60 + at;
      return Number.isNaN(value) || suspended[row] === true ? 0 : Math.min(seconds[row] ?? 0, at + 1);
    });
    if (sum(measured) < MEASURED || mean(known(minute)) < SATURATED) break;
    minutes++;
  }
  // The first minute of a process is its start.
  return Math.min(minutes, Math.floor(context.uptime / 60) - 1);
}
