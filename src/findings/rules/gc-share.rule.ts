import { sum } from '../numbers.js';
import type { GcTime, Rule } from '../rule.js';
import { percent } from '../units.js';

/** Of the CPU time, so much is spent on garbage collections. */
const [MUCH, CRITICAL] = [0.1, 0.25];

/** Seconds that are looked at, in two halves: what is over after one of them was a burst. */
const HALF = 60;

/** Of a core, so much must be used: an idle process collects garbage and does nothing else. */
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

/** The last intervals that add up to so many seconds, and those before. */
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
