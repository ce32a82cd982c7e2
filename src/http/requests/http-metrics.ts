import type { Counter } from '../../metrics/counter.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import { isUnawaited } from '../../metrics/promise.js';
import { copyLabels } from '../../metrics/series/labels.js';
import { BAD_HTTP_LABELS, BROKEN_HTTP_IGNORE, HTTP_HELP } from '../../monitor.messages.js';
import type { EndedRequest } from './ended-requests.js';
import { EndedRequests } from './ended-requests.js';
import type { ObservedRequest, ObservedResponse, ResolvedHttpOptions } from './http.options.js';
import { methodLabel } from './route.js';
import type { RequestSeries } from './http-series.js';
import { HTTP_DURATION, HTTP_REQUESTS, HttpSeries } from './http-series.js';
import { InFlight } from './in-flight.js';

export const HTTP_RESPONSES = 'http_responses';
export const HTTP_ABORTED = 'http_requests_aborted';

/**
 * So many requests that have ended are put aside, and then counted together: what it takes to count one of them would
 * otherwise have left the caches of the processor by the time of the next, and cost several times as much.
 */
const BATCH = 64;

/**
 * What became of the requests: how many there were of each method, route and status, how long they took, and how many
 * are at work. Before anybody looks, all that have ended are counted.
 */
export class HttpMetrics {
  private readonly series: HttpSeries;
  /** `1xx` to `5xx`. */
  private readonly classes: readonly Counter[];
  private readonly inFlight: InFlight;
  private readonly aside = new EndedRequests();
  /** Whether nothing about a request is to be asked of the application. */
  private readonly countsAll: boolean;

  constructor(
    private readonly registry: MetricsRegistry,
    private readonly options: ResolvedHttpOptions,
  ) {
    this.countsAll = options.isIgnored === undefined && options.labels === undefined;
    registry.descriptions.addOwn(HTTP_REQUESTS, { help: HTTP_HELP.requests });
    registry.descriptions.addOwn(HTTP_DURATION, {
      help: HTTP_HELP.duration,
      unit: 'seconds',
      buckets: options.buckets,
    });
    if (!options.hasOwnBuckets) registry.unlistedBuckets.add(HTTP_DURATION);
    registry.descriptions.addOwn(HTTP_RESPONSES, { help: HTTP_HELP.responses });
    registry.descriptions.addOwn(HTTP_ABORTED, { help: HTTP_HELP.aborted });
    // Names of the monitor itself, also where there is no request yet.
    registry.reserveCounter(HTTP_REQUESTS);
    registry.reserveCounter(HTTP_ABORTED);
    registry.reserveHistogram(HTTP_DURATION);
    this.series = new HttpSeries(registry);
    registry.settlers.push(() => this.settle());
    this.inFlight = new InFlight(registry);
    this.classes = [1, 2, 3, 4, 5].map((n) => registry.ownCounter(HTTP_RESPONSES, { class: `${n}xx` }));
  }

  /** A request has begun. */
  begin(): void {
    this.inFlight.more();
  }

  /**
   * A request has ended, one way or another.
   *
   * @param request as the handlers of the application get it.
   * @param response likewise; `undefined` for a request that nothing but Node itself has answered.
   */
  end(ended: EndedRequest, request: ObservedRequest, response: ObservedResponse | undefined): void {
    this.inFlight.less();
    if (this.countsAll) {
      this.aside.add(ended);
      if (this.aside.size >= BATCH) this.settle();
    } else if (!this.isIgnored(request, ended.route)) {
      this.count(ended, this.labelledSeriesOf(ended, request, response));
    }
  }

  private settle(): void {
    this.aside.takeAll((ended) => this.count(ended, this.series.of(ended)));
  }

  private count(ended: EndedRequest, { requests, duration }: RequestSeries): void {
    requests.inc();
    duration.observe(ended.seconds);
    const { method, route, status } = ended;
    if (status !== undefined) this.classes[Math.floor(status / 100) - 1]?.inc();
    if (!ended.isComplete) {
      this.registry.ownCounter(HTTP_ABORTED, { method: methodLabel(method), route }).inc();
    }
  }

  private isIgnored(request: ObservedRequest, route: string): boolean {
    const { isIgnored } = this.options;
    if (isIgnored === undefined) return false;
    try {
      const answer = isIgnored(request, route);
      if (typeof answer === 'boolean') return answer;
      if (isUnawaited(answer)) this.registry.reject(HTTP_REQUESTS, () => BROKEN_HTTP_IGNORE(answer));
      return false;
    } catch (thrown) {
      this.registry.reject(HTTP_REQUESTS, () => BROKEN_HTTP_IGNORE(thrown));
      return false;
    }
  }

  private labelledSeriesOf(
    ended: EndedRequest,
    request: ObservedRequest,
    response: ObservedResponse | undefined,
  ): RequestSeries {
    const { labels } = this.options;
    if (labels === undefined || response === undefined) return this.series.of(ended);
    let given: unknown;
    try {
      given = labels(request, response);
      const copy = isUnawaited(given) ? undefined : copyLabels(given);
      if (copy !== undefined) return this.series.with(copy, ended);
    } catch (thrown) {
      given = thrown;
    }
    this.registry.reject(HTTP_REQUESTS, () => BAD_HTTP_LABELS(given));
    // The request still counts, without them.
    return this.series.of(ended);
  }
}
