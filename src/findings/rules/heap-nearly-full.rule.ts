import { known, lowest } from '../numbers.js';
import type { Rule } from '../rule.js';
import { megabytes, percent } from '../units.js';

/** Share of the limit that is in use after collections of the whole heap. */
const [FULL, CRITICAL] = [0.85, 0.93];

/** Seconds that are evaluated, and how many of them must have a value: long collections leave the others out. */
const [SPAN, MEASURED] = [60, 10];

export const HEAP_NEARLY_FULL: Rule = {
  id: 'heap-nearly-full',
  anchor: 'heap-nearly-full',

  observe({ history }) {
    const used = known(history.values(1, 'heap_used_bytes', 'min').slice(-SPAN));
    const collections = history.values(1, 'gc_duration{kind="major"}', 'count').slice(-SPAN);
    const limit = history.values(1, 'heap_limit_bytes', 'value').at(-1) ?? Number.NaN;
    // Use before a collection has no meaning: V8 keeps garbage until it needs the memory.
    if (used.length < MEASURED || !collections.some((rate) => rate > 0)) return [];
    const low = lowest(used);
    const share = low / limit;
    if (!(share >= FULL)) return [];
    return [
      {
        severity: share >= CRITICAL ? 'critical' : 'warning',
        confidence: 'high',
        title: `The heap is nearly full: ${megabytes(low)} of ${megabytes(limit)} (${percent(share)}) are left in use by garbage collections.`,
        evidence: [
          { series: 'heap_used_bytes min', value: low, unit: 'bytes' },
          { series: 'heap_limit_bytes', value: limit, unit: 'bytes' },
        ],
        advice:
          'The process ends when it is full. Look for a leak with an allocation profile, or raise --max-old-space-size.',
      },
    ];
  },
};
