import type { Rules } from '../common/options/option-rules.js';
import { DELAY } from '../common/options/option-rules.js';
import type { Publisher } from '../metrics/publisher.js';
import { isPublisher } from '../metrics/publisher.js';

/** The token under which the publisher task gets the {@link ResolvedPublishingOptions}. */
export const PUBLISHING_OPTIONS = Symbol('PUBLISHING_OPTIONS');

export interface PublishingOptions {
  /** Called with the metrics every {@link publishInterval}, and once more when the application closes. Default: none. */
  publisher?: Publisher | readonly Publisher[] | undefined;
  /** Milliseconds between two calls of a publisher. Default: 10 000. */
  publishInterval?: number | undefined;
  /** Milliseconds that one call of a publisher may take. Default: {@link publishInterval}. */
  publishTimeout?: number | undefined;
}

export interface ResolvedPublishingOptions {
  readonly publishers: readonly Publisher[];
  readonly publishInterval: number;
  readonly publishTimeout: number;
}

export const PUBLISHING_RULES: Rules = {
  publisher: {
    allowed: 'a function, an object with a publish() method, or an array of these',
    accepts: (value) => (Array.isArray(value) ? value.every(isPublisher) : isPublisher(value)),
  },
  publishInterval: DELAY,
  publishTimeout: DELAY,
};

export function resolvePublishingOptions(options: PublishingOptions): ResolvedPublishingOptions {
  const { publisher = [], publishInterval = 10_000, publishTimeout = publishInterval } = options;
  return { publishers: Object.freeze([publisher].flat()), publishInterval, publishTimeout };
}
