import type { Clock } from '../common/clock.js';
import { monotonicClock } from '../common/clock.js';
import type { Reading } from '../metrics/collection/snapshot.js';
import { Deadline } from '../common/deadline.js';
import type { PublishFunction } from './publisher.js';

/** What a lane runs, and whom it tells. */
export interface PublisherRunnerOptions {
  publish: PublishFunction;
  /** Takes a snapshot in the window of this publisher. */
  read: () => Promise<Reading>;
  /** Makes the error of a call that was given so many milliseconds and took longer. */
  timedOut: (ms: number) => Error;
  /** A call did not get through. */
  onFailure: (thrown: unknown) => void;
  /** A call was left out, because the one before is still under way. */
  onSkip: () => void;
}

interface Attempt {
  readonly deadline: Deadline;
  /** Settles when the publisher has, or when its time is up. Never rejects. */
  readonly done: Promise<void>;
}

/**
 * Runs one publisher, one call at a time. Whatever it does (throw, reject, hang, change what it was handed) ends
 * here: it is reported, its window is merged back, and the next call finds everything in order.
 */
export class PublisherRunner {
  private current: Attempt | undefined;
  private finishing = false;

  constructor(
    private readonly options: PublisherRunnerOptions,
    private readonly clock: Clock = monotonicClock,
  ) {}

  /** Publishes, unless the call before is still under way. */
  publish(timeout: number): void {
    if (this.finishing) return;
    if (this.current === undefined) {
      this.begin(timeout);
    } else if (this.current.deadline.passIfDue()) {
      // With a timeout as long as the interval, both are due at once, in whichever order.
      void this.current.done.then(() => this.publish(timeout));
    } else {
      this.options.onSkip();
    }
  }

  /** Publishes a last time. A call that is under way comes first; both have until their own deadlines. */
  async finish(timeout: number): Promise<void> {
    this.finishing = true;
    this.current?.deadline.hold();
    await this.current?.done;
    const last = this.begin(timeout);
    last.deadline.hold();
    await last.done;
  }

  private begin(timeout: number): Attempt {
    const deadline = new Deadline(timeout, () => this.options.timedOut(timeout), this.clock);
    const done = this.run(deadline)
      // What went wrong was reported. That the report failed too cannot be reported.
      .catch(() => {})
      .finally(() => {
        deadline.callOff();
        this.current = undefined;
      });
    return (this.current = { deadline, done });
  }

  private async run(deadline: Deadline): Promise<void> {
    let reading: Reading | undefined;
    try {
      reading = await this.options.read();
      deadline.signal.throwIfAborted();
      const work = this.options.publish(reading.metrics, { signal: deadline.signal });
      await Promise.race([work, deadline.passed]);
    } catch (thrown) {
      reading?.giveBack();
      this.options.onFailure(thrown);
    }
  }
}
