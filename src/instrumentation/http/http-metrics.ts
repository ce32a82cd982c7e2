import type { MetricsRegistry } from '../../metrics/registry.js';
import { isUnawaited } from '../../common/promise.js';
import { copyLabels } from '../../metrics/series/labels.js';
import { BAD_HTTP_LABELS, BROKEN_HTTP_IGNORE } from './http.messages.js';
import { EndedRequests } from './ended-requests.js';
import type { ObservedRequest, ObservedResponse, ResolvedHttpOptions } from './http.options.js';
import { methodLabel } from './route.js';
import type { RequestKind, RequestSeries } from './http-series.js';
import { HTTP_DURATION, HTTP_REQUESTS, HttpSeries } from './http-series.js';
import { RequestsInFlight } from './requests-in-flight.js';

export const HTTP_ABORTED = 'http_requests_aborted';

/** How a request ended. */
export interface RequestEnd extends RequestKind {
  /** From the request's beginning to its end. */
  readonly seconds: number;
  /** Whether all of the answer was handed on to the socket. */
  readonly isComplete: boolean;
}

/** A request and its answer, as the handlers of the application get them. */
export interface Observed {
  readonly observedRequest: ObservedRequest;
  /** `undefined` for a request that nothing but Node itself has answered. */
  readonly observedResponse: ObservedResponse | undefined;
}

/**
 * What became of the requests: how many there were of each method, route and status, how long they took, and how many
 * are at work. Before anybody looks, all that have ended are counted.
 */
export class HttpMetrics {
  private readonly series: HttpSeries;
  private readonly inFlight: RequestsInFlight;
  private readonly aside = new EndedRequests();
  /** Whether nothing about a request is to be asked of the application. */
  private readonly countsAll: boolean;

  constructor(
    private readonly registry: MetricsRegistry,
    private readonly options: ResolvedHttpOptions,
  ) {
    this.countsAll = options.isIgnored === undefined && options.labels === undefined;
    registry.configureBuckets(HTTP_DURATION, options.buckets, options.hasOwnBuckets);
    this.series = new HttpSeries(registry);
    registry.beforeRead({ flush: () => this.settle() });
    this.inFlight = new RequestsInFlight(registry);
  }

  /** A request has begun. */
  begin(): void {
    this.inFlight.more();
  }

  /** A request has ended, one way or another. */
  end(ended: RequestEnd, observed: Observed): void {
    const { method, route, status, seconds } = ended;
    this.inFlight.less();
    if (this.countsAll === true) {
      // Before there is room: a new series may have the application's logger told, which may end another request.
      const series = this.series.of(method, route, status);
      if (this.aside.isFull) this.settle();
      this.aside.add(series, seconds);
    } else {
      if (this.isIgnored(observed, route)) return;
      count(this.labelledSeriesOf(ended, observed), seconds);
    }
    if (ended.isComplete !== true) {
      // Nobody sees it ahead of its request.
      this.settle();
      this.registry.ownCounter(HTTP_ABORTED, { method: methodLabel(method), route }).inc();
    }
  }

  private settle(): void {
    this.aside.takeAll(count);
  }

  private isIgnored({ observedRequest: request }: Observed, route: string): boolean {
    const { isIgnored } = this.options;
    if (isIgnored === undefined) return false;
    try {
      const answer = isIgnored(request, route);
      if (typeof answer === 'boolean') return answer;
      if (isUnawaited(answer))
        this.registry.reject(HTTP_REQUESTS, () => BROKEN_HTTP_IGNORE(answer), 'http.ignore');
      return false;
    } catch (thrown) {
      this.registry.reject(HTTP_REQUESTS, () => BROKEN_HTTP_IGNORE(thrown), 'http.ignore');
      return false;
    }
  }

  private labelledSeriesOf(
    kind: RequestKind,
    { observedRequest: request, observedResponse: response }: Observed,
  ): RequestSeries {
    const { labels } = this.options;
    const { method, route, status } = kind;
    if (labels === undefined || response === undefined) return this.series.of(method, route, status);
    let given: unknown;
    try {
      given = labels(request, response);
      const copy = isUnawaited(given) ? undefined : copyLabels(given);
      if (copy !== undefined) return this.series.with(copy, kind);
    } catch (thrown) {
      given = thrown;
    }
    this.registry.reject(HTTP_REQUESTS, () => BAD_HTTP_LABELS(given), 'http.labels');
    // The request still counts, without them.
    return this.series.of(method, route, status);
  }
}

function count({ requests, duration, responses }: RequestSeries, seconds: number): void {
  requests.inc();
  duration.observe(seconds);
  responses?.inc();
}
