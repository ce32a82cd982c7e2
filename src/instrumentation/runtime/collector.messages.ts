import type { FailureTexts } from '../../common/failure-log.js';
import { times } from '../../common/failure-log.js';

/** @param collector its class name. */
export const COLLECTOR_FAILURES = (collector: string): FailureTexts => ({
  failed: (reason) =>
    `${collector} failed: ${reason}. The document is made without its numbers. Further failures are counted in ` +
    'monitor_failed_collects and summarised here.',
  failedAgain: (count, duration, reason) =>
    `${collector} failed ${times(count)} in ${duration}. The last reason: ${reason}.`,
  worksAgain: (count, duration) => `${collector} works again. It had failed ${times(count)} in ${duration}.`,
});

export const COLLECT_TIMED_OUT = (ms: number): string =>
  `not finished after ${ms} ms, and not called again until it is`;
