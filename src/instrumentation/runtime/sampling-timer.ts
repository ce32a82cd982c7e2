/** Milliseconds between two samples of what does not change by the millisecond. */
export const SAMPLE_INTERVAL = 1000;

/** Takes a sample every second, and keeps no process alive for it. */
export class SamplingTimer {
  private timer: NodeJS.Timeout | undefined;

  start(sample: () => void): void {
    this.timer ??= setInterval(sample, SAMPLE_INTERVAL).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
