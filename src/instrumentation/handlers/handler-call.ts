import type { TapObserver } from 'rxjs';
import type { Clock } from '../../common/clock.js';
import type { HandlerMetrics, Outcome } from './handler-metrics.js';

/**
 * One call of a handler, from the moment that somebody listens to what it gives until that is over. However much it
 * gives on the way, it is one call. One that is never over counts nowhere, and nothing but its own stream holds it.
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
