import type { Step } from '../history/history-document.js';

/**
 * The number of a step of the group, made of its end in milliseconds since 1970. It is the same whichever process says it: a client
 * that is connected to another one continues where it was.
 */
export function sequenceOf(step: Step, slot: number): number {
  return 2 * slot + (step === 10 ? 1 : 0);
}

/** The end of the step with this number. */
export function timeOf(sequence: number): number {
  return Math.floor(sequence / 2);
}
