import type { FailureTexts } from '../common/failure-log.js';
import { times } from '../common/failure-log.js';

export const INTERVAL_NAME_TAKEN = (name: string): string =>
  `The SchedulerRegistry already has an interval named "${name}". The publisher runs, but is not listed in the registry.`;

/** @param publisher its name, such as `Publisher 1`. */
export const PUBLISHER_FAILURES = (publisher: string): FailureTexts => ({
  failed: (reason) =>
    `${publisher} failed: ${reason}. Its window is kept for its next call. Further failures are counted in ` +
    'monitor_failed_publishes and summarised here.',
  failedAgain: (count, duration, reason) =>
    `${publisher} failed ${times(count)} in ${duration}. The last reason: ${reason}.`,
  worksAgain: (count, duration) => `${publisher} works again. It had failed ${times(count)} in ${duration}.`,
});

export const LAST_PUBLISH_FAILED = (publisher: string, reason: string): string =>
  `${publisher} failed in its last call, while the application closed: ${reason}. ` +
  'What happened since its last successful call is not published.';

export const LAST_PUBLISH_SKIPPED = (publisher: string): string =>
  `${publisher} is not called a last time while the application closes: its previous call has not ended. ` +
  'What happened since its last successful call is not published.';

export const PUBLISHER_NOT_CLOSED = (publisher: string, reason: string): string =>
  `afterLastPublish() of ${publisher} failed: ${reason}`;

export const PUBLISH_TIMED_OUT = (ms: number): string => `not finished after ${ms} ms`;

export const PREVIOUS_CALL_NOT_ENDED =
  'its previous call has timed out and has not ended, so it was not called again (does it ignore its signal?)';
