import type { NodeWorker, Runtime } from 'node:inspector';
import { Session } from 'node:inspector';
import { monotonicMs } from '../shared-state.js';

/** Milliseconds that a thread may be busy before it answers. A later answer is about what came after. */
export const MAX_LATENCY = 30;

/**
 * V8's inspector of the thread that is watched.
 *
 * It is connected for one block only: with an open session, Node prints that it waits for a debugger when the process ends.
 */
export interface InspectedThread {
  /** Is called again and again while it is connected. */
  poll(): void;
  /** Whether it can be asked. */
  readonly isReady: boolean;
  /** Whether that it has not answered the last question is for what the thread does. */
  readonly isAsked: boolean;
  /** @param onAnswer is called with the value; with `undefined` where it failed. */
  evaluate(expression: string, onAnswer: (value: unknown) => void): void;
  disconnect(): void;
}

/** @param threadId 0 for the main thread. @throws Error if Node was built without an inspector. */
export function inspect(threadId: number): InspectedThread {
  const session = new Session();
  session.connectToMainThread();
  return threadId === 0 ? new InspectedMainThread(session) : new InspectedWorkerThread(session, threadId);
}

const questionOf = (expression: string): Runtime.EvaluateParameterType => ({
  expression,
  returnByValue: true,
  silent: true,
});

class InspectedMainThread implements InspectedThread {
  readonly isReady = true;
  readonly isAsked = true;

  constructor(private readonly session: Session) {}

  poll(): void {}

  evaluate(expression: string, onAnswer: (value: unknown) => void): void {
    this.session.post('Runtime.evaluate', questionOf(expression), (error, answer) =>
      onAnswer(error === null ? answer?.result.value : undefined),
    );
  }

  disconnect(): void {
    this.session.disconnect();
  }
}

/** What a worker thread answers, as the main thread passes it on. */
interface WorkerAnswer {
  readonly id?: number;
  readonly result?: Runtime.EvaluateReturnType;
}

/** A worker thread, which only the main thread can reach: if that is busy too, there is no answer. */
class InspectedWorkerThread implements InspectedThread {
  private sessionId: string | undefined;
  private asked = 0;
  private askedAt = 0;
  private onAnswer: (value: unknown) => void = () => {};
  isAsked = false;

  constructor(
    private readonly session: Session,
    threadId: number,
  ) {
    session.on('NodeWorker.attachedToWorker', ({ params }) => {
      const { sessionId, workerInfo } = params as NodeWorker.AttachedToWorkerEventDataType;
      // Its id there is another one. Later versions of Node add the name of the thread.
      if (workerInfo.title.startsWith(`[worker ${threadId}]`)) this.sessionId = sessionId;
    });
    session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
      const { message } = params as NodeWorker.ReceivedMessageFromWorkerEventDataType;
      const { id, result } = JSON.parse(message) as WorkerAnswer;
      if (id === this.asked) this.onAnswer(result?.result.value);
    });
    session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
  }

  get isReady(): boolean {
    return this.sessionId !== undefined;
  }

  /** The main thread may leave a message lying until the next one comes. */
  poll(): void {
    const { asked } = this;
    this.session.post('Runtime.evaluate', { expression: '0' }, () => {
      if (asked === this.asked && monotonicMs() - this.askedAt <= MAX_LATENCY) this.isAsked = true;
    });
  }

  evaluate(expression: string, onAnswer: (value: unknown) => void): void {
    const { sessionId } = this;
    if (sessionId === undefined) return;
    this.isAsked = false;
    this.askedAt = monotonicMs();
    this.onAnswer = onAnswer;
    const message = { id: ++this.asked, method: 'Runtime.evaluate', params: questionOf(expression) };
    this.session.post('NodeWorker.sendMessageToWorker', { sessionId, message: JSON.stringify(message) });
    this.poll();
  }

  disconnect(): void {
    this.session.disconnect();
  }
}
