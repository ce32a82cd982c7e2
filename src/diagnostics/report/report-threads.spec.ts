import type { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { ReportThreads, ThreadBusyError } from './report-threads.js';

/** The worker thread 7 of a Node that can ask it, on Node 20 too. */
function threadsWith(getHeapStatistics: () => Promise<unknown>): ReportThreads {
  const threads = new ReportThreads();
  threads.onStart({ threadId: 7, getHeapStatistics } as unknown as Worker);
  return threads;
}

const immediate = () => new Promise((resolve) => setImmediate(resolve));

it('a thread that does not answer is refused', async () => {
  const threads = threadsWith(() => new Promise(() => {}));
  await expect(threads.whenResponsive()).rejects.toThrow(ThreadBusyError);
  await expect(threads.whenResponsive()).rejects.toThrow('Worker thread 7 did not answer');
});

it('a thread has answered whose answer has arrived while the event loop was blocked', async () => {
  const threads = threadsWith(immediate);
  // Now the event loop calls timers before the next immediates, as it does before it reads the answers of threads.
  await immediate();
  const answered = threads.whenResponsive();
  const end = performance.now() + 300;
  while (performance.now() < end);
  await expect(answered).resolves.toBeUndefined();
});
