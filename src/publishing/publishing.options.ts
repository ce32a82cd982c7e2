import type { Rules, WholeNumber } from '../common/options/option-rules.js';
import { DELAY, numberOf } from '../common/options/option-rules.js';
import type { Publisher } from '../metrics/publisher.js';
import { isPublisher } from '../metrics/publisher.js';

/** The token under which the publisher task gets the {@link ResolvedPublishingOptions}. */
export const PUBLISHING_OPTIONS = Symbol('PUBLISHING_OPTIONS');

export interface PublishingOptions {
  /** Called with the metrics every {@link publishInterval}, and once more when the application closes. Default: none. */
  publisher?: Publisher | readonly Publisher[] | undefined;
  /** Milliseconds between two calls of a publisher. Default: 10 000. */
  publishInterval?: WholeNumber | undefined;
  /** Milliseconds that one call of a publisher may take. Default: {@link publishInterval}. */
  publishTimeout?: WholeNumber | undefined;
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
  const { publisher = [] } = options;
  const publishInterval = numberOf(options.publishInterval) ?? 10_000;
  const publishTimeout = numberOf(options.publishTimeout) ?? publishInterval;
  return { publishers: Object.freeze([publisher].flat()), publishInterval, publishTimeout };
}
