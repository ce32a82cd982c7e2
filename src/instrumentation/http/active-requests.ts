import type { IncomingMessage } from 'node:http';
import type { Gauge } from '../../metrics/gauge.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import { methodLabel } from './route.js';

const IN_FLIGHT_BY_METHOD = 'http_requests_in_flight_by_method';

/** A request from Node, or from a library that injects requests. HTTP/2 has no socket once the stream has ended. */
type Arrived = Pick<IncomingMessage, 'method'> & { readonly socket?: { readonly encrypted?: boolean } };

/** The requests in flight by method and scheme, as in OpenTelemetry's `http.server.active_requests`. */
export class ActiveRequests {
  private readonly http = new Map<string, ActiveSeries>();
  private readonly https = new Map<string, ActiveSeries>();

  constructor(private readonly registry: MetricsRegistry) {}

  /** A request has arrived. Call `end()` of the result when it has ended. */
  begin(request: IncomingMessage): ActiveSeries {
    const { method, socket } = request as Arrived;
    const series = this.seriesOf(methodLabel(method), socket?.encrypted === true ? 'https' : 'http');
    series.begin();
    return series;
  }

  private seriesOf(method: string, scheme: 'http' | 'https'): ActiveSeries {
    const known = this[scheme].get(method);
    if (known !== undefined) return known;
    const series = new ActiveSeries(this.registry.ownGauge(IN_FLIGHT_BY_METHOD, 0, { method, scheme }));
    this[scheme].set(method, series);
    return series;
  }
}

/** The requests in flight of one method and scheme. */
export class ActiveSeries {
  private count = 0;

  constructor(private readonly gauge: Gauge) {}

  begin(): void {
    this.gauge.set(++this.count);
  }

  end(): void {
    this.gauge.set(--this.count);
  }
}
