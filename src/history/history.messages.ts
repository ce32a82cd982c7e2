import { times } from '../common/failure-log.js';
import type { FailureTexts } from '../common/failure-log.js';

/** The log messages for steps that fail. */
export const STEP_TEXTS: FailureTexts = {
  failed: (reason) => `A step of the history failed, and has no values: ${reason}`,
  failedAgain: (count, duration, reason) =>
    `Steps of the history have failed ${times(count)} in ${duration}, the last one for: ${reason}`,
  worksAgain: (count, duration) => `The history is kept again, after ${count} failed steps in ${duration}.`,
};
