import type { IncomingMessage } from 'node:http';
import type { Counter } from '../../metrics/counter.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import { peerAddress } from '../http-request.js';
import type { Localities } from '../locality.js';

/** The three counters of µtornadomon: all requests when they begin, and those from near by. */
export class RequestCounter {
  private readonly requests: Counter;
  private readonly localhostRequests: Counter;
  private readonly privateRequests: Counter;

  constructor(
    registry: MetricsRegistry,
    private readonly localities: Localities,
  ) {
    this.requests = registry.ownCounter('requests');
    this.localhostRequests = registry.ownCounter('localhost_requests');
    this.privateRequests = registry.ownCounter('private_requests');
  }

  /** Counts one request. */
  count(request: IncomingMessage): void {
    this.requests.inc();
    const locality = this.localities.of(peerAddress(request));
    if (locality === 'loopback') this.localhostRequests.inc();
    if (locality === 'loopback' || locality === 'private') this.privateRequests.inc();
  }
}
