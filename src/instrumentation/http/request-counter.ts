import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Counter } from '../../metrics/counter.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import { peerAddress } from '../../common/http/raw-request.js';
import type { LocalityResolver, Locality } from '../../common/http/locality.js';

const LOCALITIES: readonly Locality[] = ['loopback', 'private', 'public', 'unknown'];

/** How many requests there were, of those that are counted together. */
interface Tally {
  requests: number;
}

/** A connection, and where its requests are counted. It is missing where an HTTP/2 stream has ended. */
type Connection = Partial<Record<symbol, Tally>> | undefined;

/**
 * The three counters of µtornadomon: all requests when they begin, and those from near by. They are added up here, and
 * put into their counters when somebody looks.
 */
export class RequestCounter {
  private readonly requests: Counter;
  private readonly localhostRequests: Counter;
  private readonly privateRequests: Counter;
  private readonly byLocality: Readonly<Record<Locality, Counter>>;
  /** Since somebody looked. */
  private readonly loopback: Tally = { requests: 0 };
  private readonly private: Tally = { requests: 0 };
  private readonly public: Tally = { requests: 0 };
  private readonly unknown: Tally = { requests: 0 };
  /** Whoever is at the other end of a connection stays there: on the connection, it is found at once. */
  private readonly mark = Symbol('monitor.tally');

  constructor(
    registry: MetricsRegistry,
    private readonly localities: LocalityResolver,
  ) {
    this.requests = registry.ownCounter('requests');
    this.localhostRequests = registry.ownCounter('localhost_requests');
    this.privateRequests = registry.ownCounter('private_requests');
    this.byLocality = {
      loopback: localityCounter('loopback'),
      private: localityCounter('private'),
      public: localityCounter('public'),
      unknown: localityCounter('unknown'),
    };
    registry.beforeRead({ flush: () => this.settle() });
    function localityCounter(locality: Locality): Counter {
      return registry.ownCounter('requests_by_locality', { locality });
    }
  }

  /** Counts one request. */
  count(request: IncomingMessage): void {
    const connection = request.socket as unknown as Connection;
    const tally = connection?.[this.mark] ?? this.tallyOf(request, connection);
    tally.requests++;
  }

  private tallyOf(request: IncomingMessage, connection: Connection): Tally {
    const address = peerAddress(request);
    const tally = this[this.localities.of(address)];
    // A connection that is gone has no address any more; what a library made up may be anything.
    if (address !== undefined && connection instanceof Socket) connection[this.mark] = tally;
    return tally;
  }

  private settle(): void {
    const nearby = this.loopback.requests + this.private.requests;
    this.requests.inc(nearby + this.public.requests + this.unknown.requests);
    this.localhostRequests.inc(this.loopback.requests);
    this.privateRequests.inc(nearby);
    for (const locality of LOCALITIES) {
      const tally = this[locality];
      this.byLocality[locality].inc(tally.requests);
      tally.requests = 0;
    }
  }
}
