import type { Sliced } from '../common/slices.js';
import type { MetricsSnapshot } from './collection/snapshot.js';
import type { WindowView } from './source/metrics-source.js';

/** What a publisher gets beside the metrics. */
export interface PublishContext {
  /**
   * Aborted when `publishTimeout` has passed. The call has failed then, and its window is given back. Hand the signal to
   * whatever the publisher waits for (`fetch(url, { signal })`): as long as the call has not ended, the publisher is not
   * called again.
   */
  signal: AbortSignal;
}

/**
 * Sends the metrics somewhere. There is never more than one call at a time.
 *
 * @param metrics the document, in the window of this publisher. It may be modified: no one else gets this object.
 * @throws or rejects if the metrics did not arrive: the window is merged into that of the next call.
 */
export type PublishFunction = (metrics: MetricsSnapshot, context: PublishContext) => unknown;

/** A publisher that is an object, such as a provider of yours. `publish` is called as its method. */
export interface PublisherObject {
  publish: PublishFunction;
  /**
   * Called once when the application closes, after the last call of `publish`, whether that succeeded or not: the place
   * to close what the publisher has opened. It is waited for, for `publishTimeout` at most. What it throws is logged.
   */
  afterLastPublish?(): unknown;
}

/** Either form of publisher; see {@link PublishFunction} for what it may rely on. */
export type Publisher = PublishFunction | PublisherObject;

/** The method of a {@link WindowPublisher}. */
export const PUBLISH_WINDOW: unique symbol = Symbol.for('nestjs-monitor.publish-window') as never;

/**
 * A publisher of this package, which reads the numbers themselves in place of the document: names, labels and intervals as
 * they are. It is called with a new window of its own, which is given back if the call fails.
 */
export interface WindowPublisher extends PublisherObject {
  /** Called when the application starts, which fails if this rejects: the place to load an optional package. */
  beforeFirstPublish?(): Promise<void>;
  [PUBLISH_WINDOW](view: WindowView, context: PublishContext): unknown;
  /** What it has sent so far, for another process that publishes the same numbers after this one. */
  readonly sentSoFar?: { read(): Sliced<string>; restore(text: string): Sliced<void> };
}

export function isWindowPublisher(publisher: Publisher): publisher is WindowPublisher {
  return typeof publisher === 'object' && PUBLISH_WINDOW in publisher;
}

export function isPublisher(value: unknown): value is Publisher {
  // A class is a function that throws at every call: an instance of it was meant.
  if (typeof value === 'function') return !/^class\b/.test(Function.prototype.toString.call(value));
  return (
    typeof value === 'object' && value !== null && 'publish' in value && typeof value.publish === 'function'
  );
}

/** Names that a function or object has from the place where it is written, and not by choice. */
const GENERIC_NAMES = ['', 'publisher', 'publish', 'Object', 'Function'];

/** What a publisher is called in the log: `Publisher MyClass`, or `Publisher 1` where it has no name of its own. */
export function nameOf(publisher: Publisher, index: number): string {
  const own = typeof publisher === 'function' ? publisher.name : (publisher.constructor?.name ?? '');
  return GENERIC_NAMES.includes(own) ? `Publisher ${index + 1}` : `Publisher ${own}`;
}
