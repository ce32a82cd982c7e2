import type { Gauge } from '../../metrics/gauge.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import { HTTP_HELP } from '../../monitor.messages.js';

export const HTTP_IN_FLIGHT = 'http_requests_in_flight';

/** How many requests are at work. The gauge of it is set when somebody looks, to all that it would have shown since. */
export class InFlight {
  private readonly gauge: Gauge;
  private open = 0;
  /** The extremes since somebody looked, if there was a change. */
  private least = 0;
  private most = 0;
  private hasChanged = false;

  constructor(registry: MetricsRegistry) {
    registry.descriptions.addOwn(HTTP_IN_FLIGHT, { help: HTTP_HELP.inFlight });
    this.gauge = registry.ownGauge(HTTP_IN_FLIGHT, 0);
    registry.settlers.push(() => this.settle());
  }

  /** One has begun. */
  more(): void {
    this.changeTo(this.open + 1);
  }

  /** One has ended. */
  less(): void {
    this.changeTo(this.open - 1);
  }

  private changeTo(open: number): void {
    this.open = open;
    if (!this.hasChanged) {
      this.hasChanged = true;
      this.least = this.most = open;
    } else if (open < this.least) this.least = open;
    else if (open > this.most) this.most = open;
  }

  private settle(): void {
    if (!this.hasChanged) return;
    this.hasChanged = false;
    for (const value of [this.least, this.most, this.open]) this.gauge.set(value);
  }
}
