import type { Audience } from '../parts/part.js';

/** One client of the event stream. It takes what it has not got yet whenever it is ready, so nothing is buffered for it. */
export class EventClient {
  private wake: (() => void) | undefined;
  private hasNews = false;

  /** @param sequence the number of the last step that it has. */
  constructor(
    readonly answer: Audience,
    public sequence: number,
  ) {
    answer.whenOver(() => this.notify());
  }

  /** Resets that it has not been told of. */
  reset: 'series' | 'clock' | undefined;

  /** There is something new, or the connection is over. */
  notify(): void {
    this.hasNews = true;
    this.wake?.();
  }

  /** Waits for news. */
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
