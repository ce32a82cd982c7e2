import type { Worker } from 'node:worker_threads';
import { OWN_THREAD } from '../../common/own-thread.js';
import { realTimers } from '../../common/real-timers.js';
import type { ThreadFollower } from '../../common/started-threads.js';
import { followThreads, unfollowThreads } from '../../common/started-threads.js';
import { THREADS_ARE_BUSY } from '../diagnostics.messages.js';

/** Milliseconds within which a thread answers, unless it is in native code. One that computes answers in a few. */
const TIME_LIMIT = 200;

/** Node from 22.16 on. */
interface NewerWorker extends Worker {
  getHeapStatistics?(): Promise<unknown>;
}

/** A worker thread is in native code: a report would block the event loop until that has ended. */
export class ThreadBusyError extends Error {
  override readonly name = 'ThreadBusyError';
}

/**
 * The worker threads that a diagnostic report is about. Node makes it of the whole process: the thread that asks for it is blocked
 * until each of its worker threads has written its part, and one that is in native code does so afterwards.
 */
export class ReportThreads implements ThreadFollower {
  private readonly threads = new Set<NewerWorker>();
  /** A thread that has not answered is not asked again. */
  private readonly questions = new Map<NewerWorker, Promise<void>>();

  start(): void {
    followThreads(this);
  }

  stop(): void {
    unfollowThreads(this);
    this.threads.clear();
  }

  onStart(worker: Worker): void {
    if (!(OWN_THREAD in worker)) this.threads.add(worker);
  }

  onEnd(worker: Worker): void {
    this.threads.delete(worker);
  }

  /**
   * Resolves when all threads have answered; at once if Node cannot ask them.
   *
   * @throws ThreadBusyError if one does not answer within 200 ms.
   */
  async whenResponsive(): Promise<void> {
    for (const thread of this.threads) this.ask(thread);
    if (this.questions.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      // After a block, the event loop calls timers before it reads the answers that have arrived meanwhile, and immediates after that.
      timer = realTimers.setTimeout(() => realTimers.setImmediate(resolve), TIME_LIMIT);
    });
    await Promise.race([Promise.all(this.questions.values()), timeout]);
    realTimers.clearTimeout(timer);
    const busy = [...this.questions.keys()].map(({ threadId }) => threadId);
    if (busy.length > 0) throw new ThreadBusyError(THREADS_ARE_BUSY(busy));
  }

  private ask(thread: NewerWorker): void {
    if (thread.getHeapStatistics === undefined || this.questions.has(thread)) return;
    const end = (): void => void this.questions.delete(thread);
    // A thread that starts or ends rejects.
    this.questions.set(thread, thread.getHeapStatistics().then(end, end));
  }
}
