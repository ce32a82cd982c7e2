import { realTimers } from '../../common/real-timers.js';

/** Milliseconds between two samples of values that change slowly. */
const SAMPLE_INTERVAL = 1000;

/** Calls a function once a second, without keeping the process alive. */
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
