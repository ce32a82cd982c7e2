import type { IncomingMessage } from 'node:http';
import type { Locality, LocalityResolver } from '../../common/http/locality.js';
import { peerAddress } from '../../common/http/raw-request.js';
import type { Counter } from '../../metrics/counter.js';
import type { MetricsRegistry } from '../../metrics/registry.js';

/** Counts requests when they arrive: all of them, and by how near the peer is. */
export class RequestCounter {
  private readonly requests: Counter;
  private readonly localhostRequests: Counter;
  private readonly privateRequests: Counter;
  private readonly byLocality: Readonly<Record<Locality, Counter>>;

  constructor(
    registry: MetricsRegistry,
    private readonly localities: LocalityResolver,
  ) {
    this.requests = registry.ownCounter('requests');
    this.localhostRequests = registry.ownCounter('localhost_requests');
    this.privateRequests = registry.ownCounter('private_requests');
    const counterOf = (locality: Locality): Counter =>
      registry.ownCounter('requests_by_locality', { locality });
    this.byLocality = {
      loopback: counterOf('loopback'),
      private: counterOf('private'),
      public: counterOf('public'),
      unknown: counterOf('unknown'),
    };
  }

  /** Counts one request. */
  count(request: IncomingMessage): void {
    const locality = this.localities.of(peerAddress(request));
    this.requests.inc();
    this.byLocality[locality].inc();
    if (locality === 'loopback') this.localhostRequests.inc();
    if (locality === 'loopback' || locality === 'private') this.privateRequests.inc();
  }
}
