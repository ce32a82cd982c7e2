import type { Audience } from '../parts/part.js';

/** One client of the event stream. It reads from the history when it is ready to send, so nothing is buffered for it. */
export class EventClient {
  private wake: (() => void) | undefined;
  private hasNews = false;

  /** @param sequence the number of the last step that was sent to it. */
  constructor(
    readonly answer: Audience,
    public sequence: number,
  ) {
    answer.whenOver(() => this.notify());
  }

  /** A reset that has not been sent to it. */
  reset: 'series' | 'clock' | undefined;

  /** Call this when there is something new, or the connection is over. */
  notify(): void {
    this.hasNews = true;
    this.wake?.();
  }

  /** Waits for {@link notify}, unless it was called since the last wait. */
  async news(): Promise<void> {
    if (!this.hasNews) await new Promise<void>((resolve) => (this.wake = resolve));
    this.wake = undefined;
    this.hasNews = false;
  }

  /** Ends the connection. */
  drop(): void {
    this.answer.close(503, '');
  }
}
