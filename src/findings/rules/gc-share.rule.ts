import { sum } from '../numbers.js';
import type { GcTime, Rule } from '../rule.js';
import { percent } from '../units.js';

/** Share of the CPU time that garbage collections take. */
const [MUCH, CRITICAL] = [0.1, 0.25];

/** Seconds of each of the two halves that are evaluated. Both must exceed the share: one alone is a burst. */
const HALF = 60;

/** Share of a core that must be used: in an idle process, garbage collection is most of the little CPU time. */
const BUSY = 0.1;

export const GC_SHARE: Rule = {
  id: 'gc-share',
  anchor: 'gc-share',

  observe({ gcTimes }) {
    const [recent, rest] = lastSeconds(gcTimes, HALF);
    const [before] = lastSeconds(rest, HALF);
    const halves = [before, recent].map(addedUp);
    const isMuch = halves.every(
      ({ elapsed, gc, cpu }) => elapsed >= HALF * 0.9 && cpu >= BUSY * elapsed && gc >= MUCH * cpu,
    );
    if (!isMuch) return [];
    const { gc, cpu } = addedUp([...before, ...recent]);
    const share = Math.min(1, gc / cpu);
    return [
      {
        severity: share >= CRITICAL ? 'critical' : 'warning',
        confidence: 'high',
        title: `The garbage collector takes ${percent(share)} of the CPU.`,
        evidence: [
          { series: 'gc_duration sum', value: gc, unit: 'seconds' },
          { series: 'process.cpu.user_time and .system_time', value: cpu, unit: 'seconds' },
        ],
        advice: 'Find with an allocation profile what makes so many objects, or raise --max-semi-space-size.',
      },
    ];
  },
};

/** The last intervals that add up to these seconds, and those before. */
function lastSeconds(all: readonly GcTime[], seconds: number): [readonly GcTime[], readonly GcTime[]] {
  let [from, elapsed] = [all.length, 0];
  while (from > 0 && elapsed < seconds) elapsed += all[--from]?.elapsed ?? 0;
  return [all.slice(from), all.slice(0, from)];
}

function addedUp(times: readonly GcTime[]): GcTime {
  return {
    elapsed: sum(times.map(({ elapsed }) => elapsed)),
    gc: sum(times.map(({ gc }) => gc)),
    cpu: sum(times.map(({ cpu }) => cpu)),
  };
}
