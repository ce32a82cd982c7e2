import { known, lowest } from '../numbers.js';
import type { Rule } from '../rule.js';
import { grouped } from '../units.js';

/** Share of the limit that is open. */
const [MANY, CRITICAL] = [0.8, 0.95];

/** How long it must last, in seconds, and how many of them must have a count: a block of the event loop leaves some out. */
const [SPAN, COUNTED] = [30, 20];

export const DESCRIPTORS: Rule = {
  id: 'descriptors',
  anchor: 'descriptors',

  observe({ history }) {
    const open = known(history.values(1, 'process.num_fds', 'value').slice(-SPAN));
    const limit = history.values(1, 'process.max_fds', 'value').at(-1) ?? Number.NaN;
    const last = open.at(-1) ?? Number.NaN;
    const share = lowest(open) / limit;
    if (open.length < COUNTED || !(share >= MANY)) return [];
    return [
      {
        severity: share >= CRITICAL ? 'critical' : 'warning',
        confidence: 'high',
        title: `File descriptors: ${grouped(last)} of ${grouped(limit)} are open.`,
        evidence: [
          { series: 'process.num_fds', value: last },
          { series: 'process.max_fds', value: limit },
        ],
        advice:
          'At the limit, no connection is accepted and no file opened. `active_resources` shows what is not closed; or raise the limit with ulimit -n.',
      },
    ];
  },
};
