export const INTERVAL_NAME_TAKEN = (name: string): string =>
  `The SchedulerRegistry has an interval named "${name}" already. The publisher runs all the same, unseen by the registry.`;

export const PUBLISH_FAILED = (publisher: string, message: string): string =>
  `${publisher} failed. Its window is kept for its next call, if there is one. It was: ${message}`;

export const PUBLISHER_NOT_CLOSED = (publisher: string, message: string): string =>
  `afterLastPublish() of ${publisher} failed: ${message}`;

export const PUBLISH_TIMED_OUT = (ms: number): string => `not finished after ${ms} ms`;
