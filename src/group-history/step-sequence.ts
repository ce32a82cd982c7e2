import type { Step } from '../history/history-document.js';

/**
 * The number of a step of the group, computed from its end in milliseconds since 1970. It is the same in all processes, so that a
 * client that reconnects to another process continues where it was.
 */
export function sequenceOf(step: Step, slot: number): number {
  return 2 * slot + (step === 10 ? 1 : 0);
}

/**
 * The time, in milliseconds since 1970, after which the steps end that follow the step with this number. A step of 10 s follows the
 * step of 1 s with the same end.
 */
export function sinceOf(sequence: number): number {
  return sequence % 2 === 0 ? sequence / 2 - 1 : (sequence - 1) / 2;
}
