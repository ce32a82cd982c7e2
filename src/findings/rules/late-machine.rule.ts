import { highest, known } from '../numbers.js';
import type { Rule } from '../rule.js';
import { duration } from '../units.js';

/** Seconds: how late a tick must be, and how long the code of the process may have run at most. */
const [LATE, QUICK] = [0.1, 0.02];

/** The seconds that are evaluated, and how many of them must have a late tick. */
const [SPAN, OFTEN] = [120, 24];

export const LATE_MACHINE: Rule = {
  id: 'late-machine',
  anchor: 'late-machine',

  observe({ history, uptime }) {
    const lateness = history.values(1, 'ioloop_excess_callback_latency', 'max').slice(-SPAN);
    const delays = history.values(1, 'eventloop_delay', 'max').slice(-SPAN);
    const seconds = history.seconds(1).slice(-SPAN);
    const late = lateness.filter((value, at) => {
      const delay = delays[at] ?? Number.NaN;
      // A longer step is one in which the process was suspended.
      return value >= LATE && !(delay > QUICK) && (seconds[at] ?? Infinity) < 2;
    });
    if (uptime < SPAN || late.length < OFTEN) return [];
    return [
      {
        severity: 'warning',
        confidence: 'medium',
        title: `The machine is late, not the code: timers ran up to ${duration(highest(late))} late in ${late.length} of ${SPAN} seconds while the event loop was free.`,
        evidence: [
          { series: 'ioloop_excess_callback_latency max', value: highest(late), unit: 'seconds' },
          { series: 'eventloop_delay max', value: Math.max(0, highest(known(delays))), unit: 'seconds' },
        ],
        advice: 'Other processes use the CPU, or the container has too small a CPU limit: give it more.',
      },
    ];
  },
};
