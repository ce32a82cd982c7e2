import type { IncomingMessage } from 'node:http';
import { describeThrown } from '../common/show-value.js';
import { FILTER_STOPPED, FILTER_TOO_SLOW } from './access.messages.js';
import type { AccessDecision } from './access-decision.js';
import { denied } from './access-decision.js';

/**
 * Makes the final decision on who may read the endpoint.
 *
 * @param request Node's own request, on Express and on Fastify.
 * @param decision of the built-in rules.
 * @returns `true`, or a promise of `true` within 5 seconds, to allow the request. Everything else refuses it.
 */
export type RequestFilter = (
  request: IncomingMessage,
  decision: AccessDecision,
) => boolean | Promise<boolean>;

/** The milliseconds after which a pending filter refuses the request. */
const TIMEOUT = 5000;

/** The same for calls while the application closes: the monitor's own port is still read then, and must not delay that. */
const CLOSING_TIMEOUT = 100;

/** Calls the `requestFilter` of the options, with a timeout. */
export class FilterCalls {
  /** The calls that are pending. */
  private readonly waiting = new Set<(why: string) => void>();
  private isStopped = false;

  constructor(private readonly filter: RequestFilter) {}

  /**
   * The decision of the filter. It is a promise, which never rejects, if the filter returns one.
   */
  ask(request: IncomingMessage, decision: AccessDecision): AccessDecision | Promise<AccessDecision> {
    try {
      const answer: unknown = this.filter(request, decision);
      return isThenable(answer) ? this.wait(answer, decision) : filtered(answer, decision);
    } catch (thrown) {
      return failed(describeThrown(thrown).message);
    }
  }

  /** Refuses the pending requests: a filter that never settles must not delay the close of the application. */
  stop(): void {
    this.isStopped = true;
    for (const giveUp of this.waiting) giveUp(FILTER_STOPPED);
  }

  private wait(answer: PromiseLike<unknown>, decision: AccessDecision): Promise<AccessDecision> {
    return new Promise((resolve) => {
      const settle = (decision: AccessDecision) => {
        clearTimeout(timer);
        this.waiting.delete(giveUp);
        resolve(decision);
      };
      const giveUp = (why: string) => settle(failed(why));
      const timeout = this.isStopped ? CLOSING_TIMEOUT : TIMEOUT;
      const timer = setTimeout(() => giveUp(FILTER_TOO_SLOW(timeout)), timeout).unref();
      this.waiting.add(giveUp);
      Promise.resolve(answer).then(
        (value) => settle(filtered(value, decision)),
        (thrown) => giveUp(describeThrown(thrown).message),
      );
    });
  }
}

function filtered(answer: unknown, decision: AccessDecision): AccessDecision {
  if (answer === true) return decision.allowed ? decision : { allowed: true, by: 'filter' };
  return denied('filter', decision.allowed ? `by ${decision.by}` : decision.detail);
}

function failed(why: string): AccessDecision {
  return denied('filter-error', why);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
