import { known, lowest, median } from '../numbers.js';
import type { Rule, RuleContext } from '../rule.js';
import { duration, megabytes } from '../units.js';

/** The shortest and the longest time that is evaluated, in steps of 10 s: 12 and 60 minutes. */
const [SHORTEST, LONGEST] = [72, 360];

/** The number of equal parts of that time. Each must have had a collection of the whole heap. */
const PARTS = 6;

/** The first minutes fill caches. */
const WARM_UP = 180;

/** How far the lows must have risen, in bytes and as a share. Less is a cache, or chance. */
const [RISE, RISE_SHARE] = [10e6, 0.1];

export const HEAP_LEAK: Rule = {
  id: 'heap-leak',
  anchor: 'heap-leak',

  observe(context) {
    const found = lowsIn(context);
    if (found === undefined) return [];
    const { lows, minutes } = found;
    const rise = (lows.at(-1) ?? 0) - (lows[0] ?? 0);
    // With a leak, every low is above the previous one; one exception is allowed.
    const steps = lows.slice(1).map((low, at) => low - (lows[at] ?? low));
    const isRising = steps.filter((step) => step > 0).length >= PARTS - 2;
    if (!isRising || rise < RISE || rise < RISE_SHARE * (lows[0] ?? 0)) return [];
    // The median, so that filling one large cache does not count as a leak.
    const perMinute = (median(steps) * PARTS) / minutes;
    if (perMinute * minutes < RISE) return [];
    const limit = context.history.values(10, 'heap_limit_bytes', 'value').at(-1) ?? Number.NaN;
    const secondsLeft = ((limit - (lows.at(-1) ?? 0)) / perMinute) * 60;
    const isSoon = secondsLeft < 3600;
    return [
      {
        severity: isSoon ? 'critical' : 'warning',
        confidence: minutes >= 30 ? 'high' : 'medium',
        title: `What is left in the heap after garbage collections rises by ${megabytes(perMinute)} a minute: a leak.`,
        evidence: [
          { series: 'heap_used_bytes min', value: lows.at(-1) ?? 0, unit: 'bytes' },
          {
            series: `heap_used_bytes min, ${Math.round(minutes)} minutes ago`,
            value: lows[0] ?? 0,
            unit: 'bytes',
          },
        ],
        advice:
          'Compare two allocation profiles or heap snapshots.' +
          (secondsLeft > 0 && secondsLeft < 86_400
            ? ` At this rate, the heap is full in ${duration(secondsLeft)}.`
            : ''),
      },
    ];
  },
};

/** The lowest use of the heap in each part of the time, if each part has had a collection of the whole heap. */
function lowsIn({ history, uptime }: RuleContext): { lows: number[]; minutes: number } | undefined {
  const collections = history.values(10, 'gc_duration{kind="major"}', 'count');
  const used = history.values(10, 'heap_used_bytes', 'min');
  const rows = Math.min(LONGEST, used.length, Math.floor((uptime - WARM_UP) / 10));
  if (rows < SHORTEST) return undefined;
  const length = Math.floor(rows / PARTS);
  const lows: number[] = [];
  for (let part = 0; part < PARTS; part++) {
    const start = used.length - (PARTS - part) * length;
    const hasCollection = collections.slice(start, start + length).some((rate) => rate > 0);
    const low = lowest(known(used.slice(start, start + length)));
    if (!hasCollection || low === Infinity) return undefined;
    lows.push(low);
  }
  return { lows, minutes: (length * PARTS) / 6 };
}
