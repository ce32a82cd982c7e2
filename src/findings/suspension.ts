import type { RuleContext } from './rule.js';

/** A step that is longer than this, in seconds, with less CPU than this, in cores. */
const [LONG_STEP, LITTLE_CPU] = [2, 0.1];

/**
 * For each step of 1 s, whether the process was suspended in it. Code that waits for so long without using the CPU, as in
 * `execSync()`, looks the same: only the watchdog of the diagnostics can tell it from that.
 *
 * @param cpu the result of {@link cpuOfSteps}.
 */
export function suspendedSteps(
  context: Pick<RuleContext, 'history'>,
  cpu: readonly number[] = cpuOfSteps(context),
): boolean[] {
  return context.history
    .seconds(1)
    .map((seconds, at) => seconds > LONG_STEP && (cpu[at] ?? Number.NaN) < LITTLE_CPU);
}

/** The CPU that the process used in each step of 1 s, in cores; `NaN` where it is not known. */
export function cpuOfSteps({ history }: Pick<RuleContext, 'history'>): number[] {
  const system = history.values(1, 'process.cpu.system_time', 'rate');
  return history
    .values(1, 'process.cpu.user_time', 'rate')
    .map((user, at) => user + (system[at] ?? Number.NaN));
}
