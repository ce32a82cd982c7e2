import type { TapObserver } from 'rxjs';
import type { Clock } from '../../common/clock.js';
import type { HandlerMetrics, Outcome } from './handler-metrics.js';

/**
 * Measures one call of a handler: from the subscription to its result until that completes, fails or is unsubscribed from,
 * however many values it emits. A call that never ends is not counted, and only its own stream references this object.
 */
export class HandlerCall implements Pick<TapObserver<unknown>, 'complete' | 'error' | 'unsubscribe'> {
  private readonly start: number;

  constructor(
    private readonly metrics: HandlerMetrics,
    private readonly clock: Clock,
    private readonly onEnd: () => void,
  ) {
    this.start = clock();
  }

  get transport(): string {
    return this.metrics.transport;
  }

  /** Such as `CatsController.find`. */
  get handler(): string {
    return this.metrics.handler;
  }

  complete(): void {
    this.end('ok');
  }

  error(): void {
    this.end('error');
  }

  unsubscribe(): void {
    this.end('cancelled');
  }

  private end(outcome: Outcome): void {
    this.metrics.add(outcome, (this.clock() - this.start) / 1000);
    this.onEnd();
  }
}
