import { times } from '../../common/failure-log.js';
import type { CollectorTexts } from './collectors.js';

export const COLLECTOR_TEXTS: CollectorTexts = {
  failures: (collector) => ({
    failed: (reason) =>
      `${collector} failed: ${reason}. The document is made without its numbers. Further failures are counted in ` +
      'monitor_failed_collects and summarised here.',
    failedAgain: (count, duration, reason) =>
      `${collector} failed ${times(count)} in ${duration}. The last reason: ${reason}.`,
    worksAgain: (count, duration) =>
      `${collector} works again. It had failed ${times(count)} in ${duration}.`,
  }),
  timedOut: (ms) => `not finished after ${ms} ms, and not called again until it is`,
};
