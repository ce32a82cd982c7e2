import { highest, sum } from '../numbers.js';
import type { LoopBlock, Observation, Rule, RuleContext } from '../rule.js';
import { duration, times } from '../units.js';

/** Seconds from which on a delay is a block that users notice. */
const BLOCK = 0.1;

/** The number of blocks in five minutes for a finding, or the seconds of a single one. */
const [MANY, LONG] = [3, 1];

/** Share of the time in which the loop was blocked. */
const CRITICAL_SHARE = 0.05;

/** In the first seconds of a process, modules are loaded and code is compiled. */
const WARM_UP = 30;

/** The process was suspended in a step that is longer, in seconds, with less CPU, in cores. */
const [SUSPENDED_STEP, SUSPENDED_CPU] = [2, 0.1];

/** A function is named if it accounts for this share of the blocked time. */
const CULPRIT_SHARE = 0.6;

export const EVENT_LOOP_BLOCKED: Rule = {
  id: 'event-loop-blocked',
  anchor: 'event-loop-blocked',

  observe(context) {
    const blocks = blocksIn(context);
    const worst = highest(blocks);
    if (blocks.length < MANY && !(worst >= LONG)) return [];
    const blocked = sum(blocks);
    const culprit = culpritOf(context);
    const isCritical = blocked >= CRITICAL_SHARE * 300 || worst >= 5 * LONG;
    const by = culprit === undefined ? '' : `, by ${culprit}`;
    const observation: Observation = {
      severity: isCritical ? 'critical' : 'warning',
      confidence: 'high',
      title: `The event loop was blocked ${times(blocks.length)} in 5 minutes, ${duration(worst)} at worst${by}.`,
      evidence: [
        { series: 'eventloop_delay max', value: worst, unit: 'seconds' },
        { series: 'seconds of the last 5 minutes with a block', value: blocks.length },
      ],
      advice:
        culprit === undefined
          ? 'Switch diagnostics on to see which function it is, or take a CPU profile.'
          : 'Split that work into smaller pieces, or move it to a worker thread.',
    };
    return [observation];
  },
};

/** The longest block of each second that had one. */
function blocksIn({ history, uptime }: RuleContext): number[] {
  const delays = history.values(1, 'eventloop_delay', 'max');
  const seconds = history.seconds(1);
  const [user, system] = (['user', 'system'] as const).map((mode) =>
    history.values(1, `process.cpu.${mode}_time`, 'rate'),
  );
  return delays.filter((delay, at) => {
    const age = uptime - (delays.length - 1 - at);
    const cpu = (user?.[at] ?? Number.NaN) + (system?.[at] ?? Number.NaN);
    const wasSuspended = (seconds[at] ?? 0) > SUSPENDED_STEP && cpu < SUSPENDED_CPU;
    return delay >= BLOCK && age >= WARM_UP && !wasSuspended;
  });
}

/** The function that is to blame for most of it, if one is known to be. */
function culpritOf({ blocks = [], now }: RuleContext): string | undefined {
  const recent = blocks.filter(({ time }) => now - Date.parse(time) < 300_000);
  const byFunction = new Map<string, number>();
  for (const block of recent) {
    if (block.function === null) continue;
    byFunction.set(block.function, (byFunction.get(block.function) ?? 0) + block.duration);
  }
  const [most] = [...byFunction].toSorted(([, a], [, b]) => b - a);
  if (most === undefined) return undefined;
  const [name, seconds] = most;
  return seconds >= CULPRIT_SHARE * sum(recent.map(durationOf)) ? name : undefined;
}

function durationOf(block: LoopBlock): number {
  return block.duration;
}
