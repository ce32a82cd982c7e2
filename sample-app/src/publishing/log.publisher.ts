import { Injectable, Logger } from '@nestjs/common';
import type { MetricsSnapshot, PublisherObject } from 'nestjs-monitor';

/** Writes one line to the log at each publish, and a last one when the shop closes. */
@Injectable()
export class LogPublisher implements PublisherObject {
  private readonly logger = new Logger(LogPublisher.name);

  /**
   * This publisher has nothing to wait for. One that sends the metrics somewhere takes a second argument, `{ signal }`,
   * passes it on, as in `fetch(url, { method: 'POST', body: JSON.stringify(metrics), signal })`, and throws if
   * that fails: the extremes are then kept for the next publish.
   */
  publish({ counters, max_gauges }: MetricsSnapshot): void {
    // A counter exists from its first sample on, and an extreme if the gauge was set since the last publish.
    const { requests, orders = 0 } = counters;
    const { queue_length: queue = 0, ioloop_excess_callback_latency: late = 0 } = max_gauges;
    this.logger.log(
      `${requests} requests and ${orders} orders so far; since the last time ` +
        `a queue of up to ${queue}, and an event loop up to ${Math.round(late * 1000)} ms late`,
    );
  }
}
