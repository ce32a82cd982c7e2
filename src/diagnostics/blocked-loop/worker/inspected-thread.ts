import type { NodeWorker, Runtime } from 'node:inspector';
import { Session } from 'node:inspector';
import { monotonicMs } from '../shared-state.js';

/** Maximum milliseconds that a thread may be busy before it answers. A later answer describes what ran afterwards. */
export const MAX_LATENCY = 30;

/**
 * V8's inspector of the watched thread.
 *
 * It is connected for one block only: if a session is open when the process ends, Node prints that it waits for a debugger.
 */
export interface InspectedThread {
  /** Called repeatedly while it is connected. */
  poll(): void;
  /** Whether {@link evaluate} can be called. */
  readonly isReady: boolean;
  /** Whether the last expression has reached the thread in time. Only then is a missing answer caused by what the thread does. */
  readonly isAsked: boolean;
  /** @param onAnswer is called with the value, or with `undefined` if it failed. */
  evaluate(expression: string, onAnswer: (value: unknown) => void): void;
  disconnect(): void;
}

/** @param threadId 0 for the main thread. @throws Error if Node has no inspector, or does not allow to use it. */
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

/** The answer of a worker thread, as the main thread forwards it. */
interface WorkerAnswer {
  readonly id?: number;
  readonly result?: Runtime.EvaluateReturnType;
}

/** A worker thread. Only the main thread can reach it: if that is busy too, there is no answer. */
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
      // `workerInfo.workerId` is a different id. Later versions of Node append the name of the thread to the title.
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

  /** Sends a message, since the main thread may not process one until the next one arrives. */
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
