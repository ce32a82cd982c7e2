import type { Runtime } from 'node:inspector';
import { Session } from 'node:inspector';
import type { CallSiteFields } from './stack-expression.js';
import { parseStack, STACK_EXPRESSION } from './stack-expression.js';

/** Milliseconds that the main thread may be busy before it answers. A later answer is about what came after. */
const MAX_LATENCY = 30;

/** Milliseconds between two stacks, at first. */
const FIRST_INTERVAL = 10;

/** With more stacks than this, every other one is dropped, and the next ones are taken half as often. */
const MAX_STACKS = 64;

/** After this many answers in a row without any frame, the event loop is running, even if its heartbeat is late. */
const MAX_EMPTY = 5;

/** What came of asking for stacks. */
export interface Answers {
  readonly stacks: readonly CallSiteFields[][];
  /** Milliseconds in which V8 answered in time. */
  readonly answered: number;
  readonly unanswered: number;
}

export const NO_ANSWERS: Answers = { stacks: [], answered: 0, unanswered: 0 };

/**
 * Reads the stack of the main thread again and again while one turn of its event loop lasts. V8 answers in the middle of
 * JavaScript; in native code and during a garbage collection it does not answer.
 *
 * The inspector is connected for one block only: with an open session, Node prints that it waits for a debugger when
 * the process ends.
 */
export class StackSampler {
  private stacks: CallSiteFields[][] = [];
  /** Milliseconds that the main thread was busy without an answer. */
  private unanswered = 0;
  private session: Session | undefined;
  private askedAt: number | undefined;
  private nextAt = 0;
  private interval = FIRST_INTERVAL;
  private taken = 0;
  private empty = 0;

  /**
   * @param busy polls for how long the main thread was busy, in milliseconds.
   * @param isCurrent whether the turn of the event loop still lasts.
   */
  constructor(
    private readonly busy: () => number,
    private readonly isCurrent: () => boolean,
  ) {}

  /** Whether the event loop turns, although its heartbeat does not come. */
  get isLoopTurning(): boolean {
    return this.empty >= MAX_EMPTY;
  }

  connect(): void {
    try {
      this.session = new Session();
      this.session.connectToMainThread();
    } catch {
      // Node was built without an inspector.
      this.session = undefined;
    }
  }

  /** Asks for a stack if the time for it has come. */
  poll(busy: number): void {
    if (this.session === undefined || this.askedAt !== undefined || busy < this.nextAt) return;
    this.askedAt = busy;
    const question: Runtime.EvaluateParameterType = {
      expression: STACK_EXPRESSION,
      returnByValue: true,
      silent: true,
    };
    this.session.post('Runtime.evaluate', question, (error, answer) => {
      if (this.askedAt !== undefined)
        this.take(this.askedAt, error === null ? answer?.result.value : undefined);
    });
  }

  /** @param busy milliseconds that the main thread was busy until the turn ended. */
  disconnect(busy: number): Answers {
    if (this.askedAt !== undefined) this.unanswered += busy - this.askedAt;
    this.askedAt = undefined;
    // There is no inspector to ask.
    const [answered, unanswered] =
      this.session === undefined ? [0, 0] : [busy - this.unanswered, this.unanswered];
    this.session?.disconnect();
    this.session = undefined;
    return { stacks: this.stacks, answered, unanswered };
  }

  private take(askedAt: number, json: unknown): void {
    // What comes after the heartbeat is cleared up by disconnect().
    if (!this.isCurrent()) return;
    const now = this.busy();
    this.askedAt = undefined;
    this.nextAt = now + this.interval;
    if (now - askedAt > MAX_LATENCY) {
      this.unanswered += now - askedAt;
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
