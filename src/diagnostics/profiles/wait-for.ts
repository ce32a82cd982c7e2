import { realTimers } from '../../common/real-timers.js';

/** Waits without keeping the process alive. Rejects with the reason of the signal if that comes first. */
export function waitFor(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      realTimers.clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = realTimers
      .setTimeout(() => {
        signal.removeEventListener('abort', abort);
        resolve();
      }, seconds * 1000)
      .unref();
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
