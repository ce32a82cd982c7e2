import type { Clock } from '../common/clock.js';
import { monotonicClock } from '../common/clock.js';
import { Deadline } from '../common/deadline.js';
import type { PublishContext } from '../metrics/publisher.js';

/** One call of a publisher, with the numbers that it is called with. */
export interface PreparedCall {
  publish: (context: PublishContext) => unknown;
  /** Merges the window of these numbers into the next one. */
  giveBack: () => void;
}

/** What a runner calls, and which outcomes it reports. */
export interface PublisherRunnerOptions {
  /** Opens a new window of this publisher. */
  prepare: () => Promise<PreparedCall>;
  /** The error of a call that has not ended within the timeout. */
  timedOut: (ms: number) => Error;
  onSuccess: () => void;
  /** A call threw, rejected or timed out. Its window has been given back. */
  onFailure: (thrown: unknown, call: CallInfo) => void;
  /** A call was not made, because the previous one has not ended. */
  onSkip: (call: CallInfo & { readonly hasTimedOut: boolean }) => void;
}

interface CallInfo {
  /** Whether it is the last call, when the application closes. */
  readonly isLast: boolean;
}

interface Attempt {
  readonly deadline: Deadline;
  readonly isLast: boolean;
  /** What the publisher returned, once it has been called. */
  work: Promise<unknown> | undefined;
}

interface Call {
  readonly deadline: Deadline;
  /** Resolves when the outcome has been reported: the publisher has ended, or its time is up. */
  readonly reported: Promise<void>;
  /** Resolves when the publisher has ended, which may be long after its time was up. */
  readonly ended: Promise<void>;
}

/**
 * Runs one publisher. There is never more than one call at a time: a call that has timed out still counts as running
 * until it ends, and the calls that are due meanwhile are skipped. Whatever the publisher does (throw, reject, hang,
 * change the snapshot) is reported here and affects nothing else; the window of a failed call is given back.
 */
export class PublisherRunner {
  private current: Call | undefined;
  private isFinishing = false;

  constructor(
    private readonly options: PublisherRunnerOptions,
    private readonly clock: Clock = monotonicClock,
  ) {}

  /** Publishes, unless the previous call has not ended. */
  publish(timeout: number): void {
    if (this.isFinishing) return;
    if (this.current === undefined) {
      this.begin(timeout, false);
    } else if (this.current.deadline.passIfDue()) {
      // With a timeout as long as the interval, both are due at once. A publisher that heeds its signal ends now.
      setImmediate(() => this.publishIfEnded(timeout));
    } else {
      this.options.onSkip({ isLast: false, hasTimedOut: false });
    }
  }

  /**
   * Publishes a last time. A call that has not ended has `timeout` milliseconds to do so; if it does not, there is no
   * last call.
   */
  async finish(timeout: number): Promise<void> {
    this.isFinishing = true;
    if (this.current !== undefined) await this.waitFor(this.current, timeout);
    if (this.current !== undefined) {
      this.options.onSkip({ isLast: true, hasTimedOut: true });
      return;
    }
    const last = this.begin(timeout, true);
    last.deadline.hold();
    await last.reported;
  }

  private publishIfEnded(timeout: number): void {
    if (this.isFinishing) return;
    if (this.current === undefined) this.begin(timeout, false);
    else this.options.onSkip({ isLast: false, hasTimedOut: true });
  }

  private async waitFor(call: Call, timeout: number): Promise<void> {
    call.deadline.hold();
    const limit = new Deadline(timeout, () => this.options.timedOut(timeout), this.clock);
    limit.hold();
    await Promise.race([call.ended, limit.passed.catch(() => {})]);
    limit.callOff();
  }

  private begin(timeout: number, isLast: boolean): Call {
    const attempt: Attempt = {
      deadline: new Deadline(timeout, () => this.options.timedOut(timeout), this.clock),
      isLast,
      work: undefined,
    };
    const reported = this.run(attempt)
      // The report of the outcome failed, which cannot be reported itself.
      .catch(() => {})
      .finally(() => attempt.deadline.callOff());
    const ended = reported
      .then(() => attempt.work)
      // A call that rejects after its time is up was reported then.
      .catch(() => {})
      .then(() => {
        this.current = undefined;
      });
    return (this.current = { deadline: attempt.deadline, reported, ended });
  }

  private async run(attempt: Attempt): Promise<void> {
    const { deadline, isLast } = attempt;
    let call: PreparedCall | undefined;
    try {
      call = await this.options.prepare();
      deadline.signal.throwIfAborted();
      attempt.work = Promise.resolve(call.publish({ signal: deadline.signal }));
      await Promise.race([attempt.work, deadline.passed]);
    } catch (thrown) {
      call?.giveBack();
      this.options.onFailure(thrown, { isLast });
      return;
    }
    this.options.onSuccess();
  }
}
