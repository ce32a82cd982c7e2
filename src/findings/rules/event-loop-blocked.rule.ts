import { highest, sum } from '../numbers.js';
import type { LoopBlock, Observation, Rule, RuleContext } from '../rule.js';
import { cpuOfSteps, suspendedSteps } from '../suspension.js';
import { duration, times } from '../units.js';

/** A delay of this many seconds or more is a block that users notice. */
const BLOCK = 0.1;

/** The number of blocks in five minutes for a finding, or the seconds of a single one. */
const [MANY, LONG] = [3, 1];

/** Share of the time in which the loop was blocked. */
const CRITICAL_SHARE = 0.05;

/** In the first seconds of a process, modules are loaded and code is compiled. */
const WARM_UP = 30;

/** Seconds. A step is read up to a second after its end, and so is the last one. */
const STEP_TOLERANCE = 1;

/** A block of code takes the CPU for at least this share of its time. */
const CPU_SHARE = 0.5;

/** A function is named if it accounts for this share of the blocked time. */
const CULPRIT_SHARE = 0.6;

export const EVENT_LOOP_BLOCKED: Rule = {
  id: 'event-loop-blocked',
  anchor: 'event-loop-blocked',

  observe(context) {
    const blocks = blocksIn(context);
    const delays = blocks.map(({ delay }) => delay);
    const worst = highest(delays);
    if (blocks.length < MANY && !(worst >= LONG)) return [];
    const blocked = sum(delays);
    const culprit = culpritOf(context);
    const withoutCpu = sum(blocks.filter(({ hasCpu }) => !hasCpu).map(({ delay }) => delay));
    const isWaiting = culprit === undefined && withoutCpu > blocked / 2;
    const isCritical = blocked >= CRITICAL_SHARE * 300 || worst >= 5 * LONG;
    const by = culprit === undefined ? '' : `, by ${culprit}`;
    const observation: Observation = {
      severity: isCritical ? 'critical' : 'warning',
      confidence: isWaiting ? 'medium' : 'high',
      title: `The event loop was blocked ${times(blocks.length)} in 5 minutes, ${duration(worst)} at worst${by}.`,
      evidence: [
        { series: 'eventloop_delay max', value: worst, unit: 'seconds' },
        { series: 'seconds of the last 5 minutes with a block', value: blocks.length },
      ],
      advice: isWaiting ? WAITING : adviceFor(context, culprit),
    };
    return [observation];
  },
};

const WAITING =
  'The process used the CPU for less than half of that time: it waited in a synchronous call, such as execSync() or a read of a ' +
  'slow disk, or other processes used the CPU, or it was suspended for some seconds.';

function adviceFor({ blocks }: RuleContext, culprit: string | undefined): string {
  if (culprit !== undefined) return 'Split that work into smaller pieces, or move it to a worker thread.';
  return blocks === undefined
    ? 'Switch diagnostics on to see which function it is, or take a CPU profile.'
    : 'Diagnostics name no function for most of it. Look for one long call, such as execSync(), a synchronous read or ' +
        'JSON.parse(), or take a CPU profile.';
}

/** The longest block of one second. */
interface Block {
  /** In seconds. */
  readonly delay: number;
  /** Whether the process used the CPU for as long as code that runs does. */
  readonly hasCpu: boolean;
}

/** The seconds that had a block. */
function blocksIn(context: RuleContext): Block[] {
  const { history, uptime } = context;
  const delays = history.values(1, 'eventloop_delay', 'max');
  const seconds = history.seconds(1);
  const cpu = cpuOfSteps(context);
  const suspended = suspendedSteps(context, cpu);
  return delays
    .map((measured, at): Block => {
      const age = delays.length - 1 - at;
      const length = seconds[at] ?? 0;
      const isSuspended = suspended[at] === true;
      const delay = isSuspended ? explainedBlock(context, age, length) : measured;
      const isTooEarly = uptime - age < WARM_UP;
      // Without the numbers of the process, it is not known.
      const hasCpu = !((cpu[at] ?? Number.NaN) * length < CPU_SHARE * delay);
      return { delay: isTooEarly ? Number.NaN : delay, hasCpu };
    })
    .filter(({ delay }) => delay >= BLOCK);
}

/** The longest block that diagnostics have seen in a step. Unlike the delay, it has no time in which the process was suspended. */
function explainedBlock({ blocks = [], now }: RuleContext, age: number, seconds: number): number {
  const end = now / 1000 - age + STEP_TOLERANCE;
  const begin = end - seconds - 2 * STEP_TOLERANCE;
  const inStep = blocks.filter((block) => {
    const blockBegin = Date.parse(block.time) / 1000;
    return blockBegin >= begin && blockBegin + block.duration <= end;
  });
  return highest(inStep.map(durationOf));
}

/** The function that caused most of the blocked time, if it is known. */
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
