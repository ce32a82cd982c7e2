import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Counter } from '../../metrics/counter.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import { peerAddress } from '../http-request.js';
import type { Localities, Locality } from '../locality.js';

/** A connection, and what is known of it. It is missing where an HTTP/2 stream has ended. */
type Connection = Partial<Record<symbol, Locality>> | undefined;

/**
 * The three counters of µtornadomon: all requests when they begin, and those from near by. They are added up here, and
 * put into their counters when somebody looks.
 */
export class RequestCounter {
  private readonly requests: Counter;
  private readonly localhostRequests: Counter;
  private readonly privateRequests: Counter;
  /** Since somebody looked. */
  private all = 0;
  private loopback = 0;
  private private = 0;
  /** Whoever is at the other end of a connection stays there: on the connection, it is found at once. */
  private readonly mark = Symbol('monitor.locality');

  constructor(
    registry: MetricsRegistry,
    private readonly localities: Localities,
  ) {
    this.requests = registry.ownCounter('requests');
    this.localhostRequests = registry.ownCounter('localhost_requests');
    this.privateRequests = registry.ownCounter('private_requests');
    registry.settlers.push(() => this.settle());
  }

  /** Counts one request. */
  count(request: IncomingMessage): void {
    this.all++;
    const connection = request.socket as unknown as Connection;
    const locality = connection?.[this.mark] ?? this.localityOf(request, connection);
    if (locality === 'loopback') this.loopback++;
    else if (locality === 'private') this.private++;
  }

  private localityOf(request: IncomingMessage, connection: Connection): Locality {
    const address = peerAddress(request);
    const locality = this.localities.of(address);
    // A connection that is gone has no address any more; what a library made up may be anything.
    if (address !== undefined && connection instanceof Socket) connection[this.mark] = locality;
    return locality;
  }

  private settle(): void {
    this.requests.inc(this.all);
    this.localhostRequests.inc(this.loopback);
    this.privateRequests.inc(this.loopback + this.private);
    this.all = this.loopback = this.private = 0;
  }
}
