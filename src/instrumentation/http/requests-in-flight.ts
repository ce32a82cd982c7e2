import type { Gauge } from '../../metrics/gauge.js';
import type { MetricsRegistry } from '../../metrics/registry.js';

export const HTTP_IN_FLIGHT = 'http_requests_in_flight';

/** How many requests are at work. The gauge of it is set when somebody looks, to all that it would have shown since. */
export class RequestsInFlight {
  private readonly gauge: Gauge;
  private open = 0;
  /**
   * The extremes since somebody looked. Until there is a change they stand the wrong way round, each at what the first
   * change can lead to at most: so it is that change that makes an extreme, whichever way it goes.
   */
  private least = 1;
  private most = -1;

  constructor(registry: MetricsRegistry) {
    this.gauge = registry.ownGauge(HTTP_IN_FLIGHT, 0);
    registry.beforeRead({ flush: () => this.settle() });
  }

  /** One has begun. */
  more(): void {
    const open = ++this.open;
    if (open > this.most) this.most = open;
  }

  /** One has ended. */
  less(): void {
    const open = --this.open;
    if (open < this.least) this.least = open;
  }

  private settle(): void {
    const { open, least, most } = this;
    if (least > most) return;
    this.least = open + 1;
    this.most = open - 1;
    for (const value of [least, most, open]) this.gauge.set(value);
  }
}
