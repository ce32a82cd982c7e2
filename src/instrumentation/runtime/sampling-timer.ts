import { realTimers } from '../../common/real-timers.js';

/** Milliseconds between two samples of what changes slowly. */
export const SAMPLE_INTERVAL = 1000;

/** Takes a sample every second, without keeping the process alive. */
export class SamplingTimer {
  private timer: NodeJS.Timeout | undefined;

  start(sample: () => void): void {
    this.timer ??= realTimers.setInterval(sample, SAMPLE_INTERVAL).unref();
  }

  stop(): void {
    realTimers.clearInterval(this.timer);
    this.timer = undefined;
  }
}
