import type { MetricsSnapshot } from '../metrics/collection/snapshot.js';

/** What a publisher gets beside the metrics. */
export interface PublishContext {
  /**
   * Aborted once the publisher has used up its `publishTimeout`. Its work counts as failed from then on: hand
   * the signal to whatever the publisher waits for, so that this work ends too.
   */
  signal: AbortSignal;
}

/**
 * Takes the metrics to where they are looked at. Throwing or rejecting means that they did not get there: the
 * window is merged into that of the next call.
 */
export type PublishFunction = (metrics: MetricsSnapshot, context: PublishContext) => unknown;

/** A publisher that is an object, such as a provider of yours. `publish` is called as its method. */
export interface PublisherObject {
  publish: PublishFunction;
  /**
   * Called once when the application closes, after the last call of `publish` whether that succeeded or not: the place
   * to close what the publisher has opened for itself. It is waited for, for `publishTimeout` at most, and may fail.
   */
  afterLastPublish?(): unknown;
}

/** Either form of publisher; see {@link PublishFunction} for what it may rely on. */
export type Publisher = PublishFunction | PublisherObject;

export function isPublisher(value: unknown): value is Publisher {
  // A class is a function that fails at every call: what was meant is an instance of it.
  if (typeof value === 'function') return !/^class\b/.test(Function.prototype.toString.call(value));
  return (
    typeof value === 'object' && value !== null && 'publish' in value && typeof value.publish === 'function'
  );
}

/** The names that a publisher has from where it is written down, and not of its own. */
const NO_NAMES = ['', 'publisher', 'publish', 'Object', 'Function'];

/** How a publisher is called in the log: by its own name where it has one. */
export function nameOf(publisher: Publisher, index: number): string {
  const own = typeof publisher === 'function' ? publisher.name : (publisher.constructor?.name ?? '');
  return NO_NAMES.includes(own) ? `Publisher ${index + 1}` : `Publisher ${own}`;
}
