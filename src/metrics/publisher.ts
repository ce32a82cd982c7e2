import { isCallable } from '../common/options/option-rules.js';
import type { Sliced } from '../common/slices.js';
import type { MetricsSnapshot } from './collection/snapshot.js';
import type { WindowView } from './source/metrics-source.js';

/** What a publisher receives in addition to the metrics. */
export interface PublishContext {
  /**
   * Aborted when `publishTimeout` has passed. The call has failed then, and its window is merged into the next one. Pass the
   * signal to what the publisher waits for (`fetch(url, { signal })`): the publisher is not called again until this call has
   * ended.
   */
  signal: AbortSignal;
}

/**
 * Sends the metrics somewhere. There is never more than one call at a time.
 *
 * @param metrics the document, in the window of this publisher. It may be modified: nothing else uses this object.
 * @throws or rejects if the metrics did not arrive: the window is merged into that of the next call.
 */
export type PublishFunction = (metrics: MetricsSnapshot, context: PublishContext) => unknown;

/** A publisher that is an object, such as a provider of your application. `publish` is called as its method. */
export interface PublisherObject {
  publish: PublishFunction;
  /**
   * Called once when the application closes, after the last call of `publish`, whether that succeeded or not. Close here
   * what the publisher has opened. A promise is awaited, for at most `publishTimeout`. An error is logged.
   */
  afterLastPublish?(): unknown;
}

/** A publisher as a function or as an object; see {@link PublishFunction} for how it is called. */
export type Publisher = PublishFunction | PublisherObject;

/** The method of a {@link WindowPublisher}. */
export const PUBLISH_WINDOW: unique symbol = Symbol.for('nestjs-monitor.publish-window') as never;

/**
 * A publisher of this package that reads a `WindowView` instead of the document: names, labels and intervals. Each call gets
 * a new window, which is given back if the call fails.
 */
export interface WindowPublisher extends PublisherObject {
  /** Called when the application starts, for example to load an optional package. If it rejects, the start fails. */
  beforeFirstPublish?(): Promise<void>;
  [PUBLISH_WINDOW](view: WindowView, context: PublishContext): unknown;
  /** What it has sent so far, for the next process that publishes the same numbers. */
  readonly sentSoFar?: { read(): Sliced<string>; restore(text: string): Sliced<void> };
}

export function isWindowPublisher(publisher: Publisher): publisher is WindowPublisher {
  return typeof publisher === 'object' && PUBLISH_WINDOW in publisher;
}

export function isPublisher(value: unknown): value is Publisher {
  if (typeof value === 'function') return isCallable(value);
  return (
    typeof value === 'object' && value !== null && 'publish' in value && typeof value.publish === 'function'
  );
}

/** Names that JavaScript infers, or that are too general to identify a publisher. */
const GENERIC_NAMES = ['', 'publisher', 'publish', 'Object', 'Function'];

/** The name of a publisher in the log: `Publisher MyClass`, or `Publisher 1` if it has no name of its own. */
export function nameOf(publisher: Publisher, index: number): string {
  const own = typeof publisher === 'function' ? publisher.name : (publisher.constructor?.name ?? '');
  return GENERIC_NAMES.includes(own) ? `Publisher ${index + 1}` : `Publisher ${own}`;
}
