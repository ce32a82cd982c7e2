import { Deadline } from '../../common/deadline.js';
import { NO_ANSWER } from './watch.messages.js';
import { WatchedGauges } from './watched-gauges.js';
import type { Recognise, WatchContext, Watcher } from './watcher.js';
import { hasMethods } from './watcher.js';

/** Milliseconds between two requests to Redis, and after which a request times out. */
const [PAUSE, TIMEOUT] = [1000, 900];

/** Without `completed`: how many of these BullMQ keeps depends on `removeOnComplete`. Workers count them. */
const STATES = ['waiting', 'active', 'delayed', 'failed', 'prioritized', 'paused', 'waiting-children'];

interface Queue {
  readonly name?: unknown;
  getJobCounts(...states: string[]): PromiseLike<Record<string, unknown>>;
}

export const recogniseQueue: Recognise = (thing, context) =>
  hasMethods(thing, 'getJobCounts', 'add') ? new QueueWatcher(thing as unknown as Queue, context) : undefined;

/** A `Queue` of BullMQ, or of Bull. */
class QueueWatcher implements Watcher {
  readonly key: string;
  private readonly gauges: WatchedGauges;
  private askedAt = -Infinity;
  private isWaiting = false;

  constructor(
    private readonly queue: Queue,
    private readonly context: WatchContext,
  ) {
    const name = context.name ?? String(queue.name);
    this.key = `queue ${name}`;
    this.gauges = new WatchedGauges(context.registry, { queue: name });
  }

  collect(): Promise<void> | undefined {
    const now = this.context.clock();
    if (now - this.askedAt < PAUSE) return undefined;
    this.askedAt = now;
    return this.ask();
  }

  stop(): void {
    this.gauges.clear();
  }

  /** Without an answer the gauges are cleared, so that no outdated number is reported. */
  private async ask(): Promise<void> {
    const deadline = new Deadline(TIMEOUT, () => new Error(NO_ANSWER(TIMEOUT)));
    try {
      // Without a connection, the client of BullMQ waits for one without a time limit.
      if (this.isWaiting) throw new Error(NO_ANSWER(TIMEOUT));
      this.isWaiting = true;
      const counts = Promise.resolve(this.queue.getJobCounts(...STATES)).finally(
        () => (this.isWaiting = false),
      );
      const found = await Promise.race([counts, deadline.passed]);
      for (const state of STATES) this.gauges.set('queue_jobs', found[state], { state });
    } catch (thrown) {
      this.gauges.clear();
      throw thrown;
    } finally {
      deadline.callOff();
    }
  }
}
