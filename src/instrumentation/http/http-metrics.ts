import type { SampledTrace } from '../../common/http/sampled-trace.js';
import { isUnawaited } from '../../common/promise.js';
import type { Gauge } from '../../metrics/gauge.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import { copyLabels } from '../../metrics/series/labels.js';
import { ActiveRequests } from './active-requests.js';
import type { BodySizes } from './body-sizes.js';
import { BAD_HTTP_LABELS, BROKEN_HTTP_IGNORE } from './http.messages.js';
import type { ObservedRequest, ObservedResponse, ResolvedHttpOptions } from './http.options.js';
import type { RequestKind, RequestSeries } from './http-series.js';
import { HTTP_DURATION, HTTP_REQUESTS, HttpSeries, NO_STATUS } from './http-series.js';
import { methodLabel } from './route.js';

const HTTP_ABORTED = 'http_requests_aborted';
const HTTP_IN_FLIGHT = 'http_requests_in_flight';
const HTTP_OPEN_STREAMS = 'http_open_streams';
const HTTP_REQUEST_SIZE = 'http_request_size';
const HTTP_RESPONSE_SIZE = 'http_response_size';

/** Classic buckets for exporters, in bytes. */
const SIZE_BUCKETS = [100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8];

/** How a request ended. */
export interface RequestEnd extends RequestKind {
  /** From arrival to completion. */
  readonly seconds: number;
  /** Whether the whole response was handed to the socket. */
  readonly isComplete: boolean;
  /** The sampled trace that the request is part of. */
  readonly trace: SampledTrace | undefined;
  /** Whether it came to the monitor's own endpoint. */
  readonly isOwn: boolean;
  /** `undefined` without the option `bodySizes`. */
  readonly sizes: BodySizes | undefined;
}

/** A request and its response, as the handlers of the application get them. */
export interface Observed {
  readonly observedRequest: ObservedRequest;
  /** `undefined` for a request that Node answered by itself. */
  readonly observedResponse: ObservedResponse | undefined;
}

/** The metrics of HTTP requests: how many ended by method, route and status, how long they took, how many are in flight. */
export class HttpMetrics {
  readonly active: ActiveRequests;
  private readonly series: HttpSeries;
  private readonly inFlight: Gauge;
  private inFlightCount = 0;

  constructor(
    private readonly registry: MetricsRegistry,
    private readonly options: ResolvedHttpOptions,
  ) {
    registry.configureBuckets(HTTP_DURATION, options.buckets, options.hasOwnBuckets);
    this.active = new ActiveRequests(registry);
    if (options.bodySizes) {
      for (const name of [HTTP_REQUEST_SIZE, HTTP_RESPONSE_SIZE]) {
        registry.configureBuckets(name, SIZE_BUCKETS, false);
      }
    }
    this.series = new HttpSeries(registry);
    this.inFlight = registry.ownGauge(HTTP_IN_FLIGHT, 0);
  }

  /** Whether the sizes of bodies are to be measured. */
  get measuresSizes(): boolean {
    return this.options.bodySizes;
  }

  /** Whether requests to the monitor's own endpoint count like all others. */
  get includesOwn(): boolean {
    return this.options.ownEndpoint;
  }

  /** @param count returns how many responses that are streams are being sent. Called before each read. */
  countStreams(count: () => number): void {
    const streams = this.registry.ownGauge(HTTP_OPEN_STREAMS, 0);
    this.registry.beforeRead({ flush: () => streams.set(count()) });
  }

  /** A request has arrived. */
  begin(): void {
    this.inFlight.set(++this.inFlightCount);
  }

  /** A request is no longer in flight. */
  leave(): void {
    this.inFlight.set(--this.inFlightCount);
  }

  /** A request has ended. */
  end(ended: RequestEnd, observed: Observed): void {
    if (ended.isOwn && !this.includesOwn) return;
    if (this.isIgnored(observed, ended.route)) return;
    const { requests, duration, responses } = this.seriesOf(ended, observed);
    requests.inc();
    duration?.observe(ended.seconds, ended.trace && { exemplar: { ...ended.trace } });
    responses?.inc();
    if (ended.isComplete) {
      if (ended.sizes !== undefined) this.addSizes(ended, ended.sizes);
      return;
    }
    const labels = { method: methodLabel(ended.method), route: ended.route };
    this.registry.ownCounter(HTTP_ABORTED, labels).inc();
  }

  private addSizes({ method, route, status }: RequestEnd, { requestSize, responseSize }: BodySizes): void {
    const labels = { method: methodLabel(method), route, status: status ?? NO_STATUS };
    if (requestSize !== undefined) {
      this.registry.ownHistogram(HTTP_REQUEST_SIZE, labels).observe(requestSize);
    }
    this.registry.ownHistogram(HTTP_RESPONSE_SIZE, labels).observe(responseSize);
  }

  private isIgnored({ observedRequest: request }: Observed, route: string): boolean {
    const { isIgnored } = this.options;
    if (isIgnored === undefined) return false;
    try {
      const answer = isIgnored(request, route);
      if (typeof answer === 'boolean') return answer;
      if (isUnawaited(answer))
        this.registry.reject(HTTP_REQUESTS, () => BROKEN_HTTP_IGNORE(answer), 'http.ignore');
    } catch (thrown) {
      this.registry.reject(HTTP_REQUESTS, () => BROKEN_HTTP_IGNORE(thrown), 'http.ignore');
    }
    return false;
  }

  private seriesOf(
    kind: RequestKind,
    { observedRequest: request, observedResponse: response }: Observed,
  ): RequestSeries {
    const { labels } = this.options;
    if (labels === undefined || response === undefined) return this.series.of(kind);
    let given: unknown;
    try {
      given = labels(request, response);
      const copy = isUnawaited(given) ? undefined : copyLabels(given);
      if (copy !== undefined) return this.series.with(copy, kind);
    } catch (thrown) {
      given = thrown;
    }
    this.registry.reject(HTTP_REQUESTS, () => BAD_HTTP_LABELS(given), 'http.labels');
    return this.series.of(kind);
  }
}
