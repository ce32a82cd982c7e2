import type { Clock } from './clock.js';
import { realClock } from './clock.js';
import type { Sliced } from './slices.js';
import { nextIteration, SLICE } from './slices.js';

/**
 * Runs sliced work of several callers, one after the other, within the same time slices: however many there are, they block the
 * event loop together for no longer than one of them would.
 */
export class SliceQueue {
  private last: Promise<unknown> = Promise.resolve();
  /** When the current slice ends. */
  private end = 0;

  constructor(private readonly clock: Clock = realClock) {}

  /** @returns what the work returns. It rejects with what the work throws. */
  run<T>(work: Sliced<T>): Promise<T> {
    const running = this.last.then(() => this.finish(work));
    this.last = running.catch(() => {});
    return running;
  }

  private async finish<T>(work: Sliced<T>): Promise<T> {
    for (;;) {
      if (this.clock() >= this.end) {
        await nextIteration();
        this.end = this.clock() + SLICE;
      }
      const step = work.next();
      if (step.done === true) return step.value;
    }
  }
}
