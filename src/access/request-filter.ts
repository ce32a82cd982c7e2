import type { IncomingMessage } from 'node:http';
import { describeThrown } from '../common/show-value.js';
import { FILTER_STOPPED, FILTER_TOO_SLOW } from './access.messages.js';
import type { AccessJudgement } from './access-decision.js';
import { refused } from './access-decision.js';

/**
 * The application's own judgement of who gets in.
 *
 * @param request Node's own, on Express and on Fastify.
 * @param judgement what the built-in judgement makes of it.
 */
export type RequestFilter = (
  request: IncomingMessage,
  judgement: AccessJudgement,
) => boolean | Promise<boolean>;

/** A filter that takes longer, in milliseconds, has said no. */
const TIMEOUT = 5000;

/** Asks the filter of the application, and waits for what it says no longer than there is time. */
export class FilterCalls {
  /** Those who still wait, to be told no. */
  private readonly waiting = new Set<(why: string) => void>();
  private isStopped = false;

  constructor(private readonly filter: RequestFilter) {}

  /**
   * What becomes of a judgement: the request is let in for a `true`, and nothing else. Where the filter takes its
   * time, it is a promise, which never rejects.
   */
  ask(request: IncomingMessage, judgement: AccessJudgement): AccessJudgement | Promise<AccessJudgement> {
    try {
      const answer: unknown = this.filter(request, judgement);
      return isThenable(answer) ? this.wait(answer, judgement) : filtered(answer, judgement);
    } catch (thrown) {
      return failed(describeThrown(thrown).message);
    }
  }

  /** A filter that never settles must not hold the close of the application up. */
  stop(): void {
    this.isStopped = true;
    for (const giveUp of this.waiting) giveUp(FILTER_STOPPED);
  }

  private wait(answer: PromiseLike<unknown>, judgement: AccessJudgement): Promise<AccessJudgement> {
    return new Promise((resolve) => {
      const settle = (decision: AccessJudgement) => {
        clearTimeout(timer);
        this.waiting.delete(giveUp);
        resolve(decision);
      };
      const giveUp = (why: string) => settle(failed(why));
      const timer = setTimeout(() => giveUp(FILTER_TOO_SLOW(TIMEOUT)), TIMEOUT).unref();
      this.waiting.add(giveUp);
      Promise.resolve(answer).then(
        (value) => settle(filtered(value, judgement)),
        (thrown) => giveUp(describeThrown(thrown).message),
      );
      if (this.isStopped) giveUp(FILTER_STOPPED);
    });
  }
}

function filtered(answer: unknown, judgement: AccessJudgement): AccessJudgement {
  if (answer === true) return judgement.allowed ? judgement : { allowed: true, by: 'filter' };
  return refused('filter', judgement.allowed ? `by ${judgement.by}` : judgement.detail);
}

function failed(why: string): AccessJudgement {
  return refused('filter-error', why);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
