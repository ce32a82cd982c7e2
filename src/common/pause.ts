import { realTimers } from './real-timers.js';

/** Waits, or until the signal aborts. It does not keep the process running. */
export async function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = realTimers.setTimeout(end, milliseconds).unref();
    signal.addEventListener('abort', end, { once: true });
    function end(): void {
      realTimers.clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    }
  });
}
