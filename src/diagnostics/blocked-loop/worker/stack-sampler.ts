import type { InspectedThread } from './inspected-thread.js';
import { inspect, MAX_LATENCY } from './inspected-thread.js';
import type { CallSiteFields } from './stack-expression.js';
import { parseStack, STACK_EXPRESSION } from './stack-expression.js';

/** Milliseconds between two stacks, at first. */
const FIRST_INTERVAL = 10;

/** When there are this many stacks, every other one is dropped, and the next ones are taken half as often. */
const MAX_STACKS = 64;

/** After this many answers in a row without any frame, the event loop is running, even if its heartbeat is late. */
const MAX_EMPTY = 5;

/** The result of reading stacks. */
export interface Answers {
  readonly stacks: readonly CallSiteFields[][];
  /** Milliseconds in which V8 answered in time. */
  readonly answered: number;
  readonly unanswered: number;
}

export const NO_ANSWERS: Answers = { stacks: [], answered: 0, unanswered: 0 };

/**
 * Reads the stack of a thread repeatedly while one turn of its event loop lasts. V8 answers while JavaScript runs, but not in
 * native code or during a garbage collection.
 */
export class StackSampler {
  private stacks: CallSiteFields[][] = [];
  /** Milliseconds that the thread was busy without an answer. */
  private unanswered = 0;
  /** Milliseconds about which nothing is known, since no request could reach the thread. */
  private unasked = 0;
  private thread: InspectedThread | undefined;
  private isReady = false;
  private askedAt: number | undefined;
  private nextAt = 0;
  private interval = FIRST_INTERVAL;
  private taken = 0;
  private empty = 0;

  /**
   * @param busy returns how long the thread was busy, in milliseconds.
   * @param isCurrent whether the turn of the event loop still lasts.
   */
  constructor(
    private readonly busy: () => number,
    private readonly isCurrent: () => boolean,
  ) {}

  /** Whether the event loop turns, although it has no heartbeat. */
  get isLoopTurning(): boolean {
    return this.empty >= MAX_EMPTY;
  }

  /**
   * @param threadId of the thread to ask; 0 for the main thread.
   * @throws Error if Node has no inspector, or does not allow to use it.
   */
  connect(threadId: number): void {
    this.thread = inspect(threadId);
  }

  /** Requests a stack if one is due. */
  poll(busy: number): void {
    const { thread } = this;
    if (thread === undefined) return;
    thread.poll();
    if (!thread.isReady || this.askedAt !== undefined || busy < this.nextAt) return;
    if (!this.isReady) this.unasked = busy;
    this.isReady = true;
    this.askedAt = busy;
    thread.evaluate(STACK_EXPRESSION, (value) => {
      if (this.askedAt !== undefined) this.take(this.askedAt, value);
    });
  }

  /** @param busy milliseconds that the thread was busy until the turn ended. */
  disconnect(busy: number): Answers {
    if (this.askedAt !== undefined) this.addSilence(busy - this.askedAt);
    this.askedAt = undefined;
    const answered = this.isReady ? busy - this.unanswered - this.unasked : 0;
    this.thread?.disconnect();
    this.thread = undefined;
    return { stacks: this.stacks, answered, unanswered: this.unanswered };
  }

  private addSilence(ms: number): void {
    if (this.thread?.isAsked === true) this.unanswered += ms;
    else this.unasked += ms;
  }

  private take(askedAt: number, json: unknown): void {
    // An answer after the end of the turn is ignored. disconnect() adds the time since the request.
    if (!this.isCurrent()) return;
    const now = this.busy();
    this.askedAt = undefined;
    this.nextAt = now + this.interval;
    if (now - askedAt > MAX_LATENCY) {
      this.addSilence(now - askedAt);
      return;
    }
    const stack = parseStack(json);
    this.empty = stack?.length === 0 ? this.empty + 1 : 0;
    if (stack === undefined || stack.length === 0) return;
    this.stacks.push(stack);
    if (++this.taken % MAX_STACKS === 0) this.thinOut();
  }

  private thinOut(): void {
    this.stacks = this.stacks.filter((_, i) => i % 2 === 0);
    this.taken = this.stacks.length;
    this.interval *= 2;
  }
}
