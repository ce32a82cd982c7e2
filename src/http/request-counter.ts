import type { IncomingMessage } from 'node:http';
import type { Counter } from '../metrics/counter.js';
import type { MetricsRegistry } from '../metrics/registry.js';
import { peerAddress } from './http-request.js';
import type { Localities } from './locality.js';

/** A property costs a tenth of what a WeakSet would. */
type Marked<T> = T & Record<symbol, unknown>;

/**
 * The three request counters. A request can come by more than once, since the server and the interceptor both
 * see it: whoever sees it first counts it, and marks it as counted.
 */
export class RequestCounter {
  private readonly requests: Counter;
  private readonly localhostRequests: Counter;
  private readonly privateRequests: Counter;
  /** A mark of our own, so that the monitors of two applications behind one server each count it. */
  private readonly counted = Symbol('monitor.counted');

  constructor(
    registry: MetricsRegistry,
    private readonly localities: Localities,
  ) {
    this.requests = registry.ownCounter('requests');
    this.localhostRequests = registry.ownCounter('localhost_requests');
    this.privateRequests = registry.ownCounter('private_requests');
  }

  /** Counts a request, unless it was counted before. */
  count(request: IncomingMessage): void {
    const marks = request as Marked<IncomingMessage>;
    if (marks[this.counted] === true) return;
    marks[this.counted] = true;
    this.requests.inc();
    const locality = this.localities.of(peerAddress(request));
    if (locality === 'loopback') this.localhostRequests.inc();
    if (locality === 'loopback' || locality === 'private') this.privateRequests.inc();
  }
}
