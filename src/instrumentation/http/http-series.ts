import type { Counter } from '../../metrics/counter.js';
import type { Histogram } from '../../metrics/handles.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import type { KnownLabels } from '../../metrics/series/labels.js';
import { methodLabel } from './route.js';

export const HTTP_REQUESTS = 'http_requests';
export const HTTP_DURATION = 'http_request_duration';
export const HTTP_RESPONSES = 'http_responses';

/** The status of a request whose client was sent none. */
export const NO_STATUS = 'aborted';

/** What tells the requests apart. */
export interface RequestKind {
  /** As the client wrote it. */
  readonly method: string | undefined;
  /** The label of its route. */
  readonly route: string;
  /** `undefined` if the client was sent none. */
  readonly status: number | undefined;
}

/** What the requests of one kind go to. */
export interface RequestSeries {
  readonly requests: Counter;
  readonly duration: Histogram;
  /** That of their class of status; `undefined` without one. */
  readonly responses: Counter | undefined;
}

/** The requests of one kind. */
type Found = RequestKind & RequestSeries;

/** So many kinds are found at once, of one route and of all; further ones are still found, more slowly. */
const [MAX_OF_ROUTE, MAX_FOUND] = [64, 10_000];

/**
 * Finds the series of a request, in a fraction of the time that it takes to look its labels up: a route has few kinds of
 * requests, so they stand in a list.
 */
export class HttpSeries {
  private readonly found = new Map<string, Found[]>();
  private size = 0;
  /** What was found last: requests of one kind come in a row, more often than not. */
  private latest: Found | undefined;
  /** `1xx` to `5xx`. */
  private readonly classes: readonly Counter[];

  constructor(private readonly registry: MetricsRegistry) {
    this.classes = [1, 2, 3, 4, 5].map((n) => registry.ownCounter(HTTP_RESPONSES, { class: `${n}xx` }));
  }

  /** The series of a request of a {@link RequestKind}, given piece by piece: each request would make an object for it. */
  of(method: string | undefined, route: string, status: number | undefined): RequestSeries {
    const { latest } = this;
    if (latest !== undefined && isOf(latest, method, route, status)) return latest;
    const ofRoute = this.found.get(route);
    if (ofRoute !== undefined) {
      for (let i = 0; i < ofRoute.length; i++) {
        if (isOf(ofRoute[i], method, route, status)) return (this.latest = ofRoute[i]);
      }
    }
    return this.remember({ method, route, status }, ofRoute);
  }

  /** The series of a request that has further labels. */
  with(labels: KnownLabels, { method, route, status }: RequestKind): RequestSeries {
    const all = { ...labels, method: methodLabel(method), route, status: status ?? NO_STATUS };
    return {
      requests: this.registry.ownCounter(HTTP_REQUESTS, all),
      duration: this.registry.ownHistogram(HTTP_DURATION, all),
      responses: status === undefined ? undefined : this.classes[Math.floor(status / 100) - 1],
    };
  }

  private remember(kind: RequestKind, ofRoute: Found[] = []): RequestSeries {
    const series = this.with({}, kind);
    // Methods that nobody knows can be any text, and have one series.
    if (ofRoute.length >= MAX_OF_ROUTE || this.size >= MAX_FOUND) return series;
    const found = { ...kind, ...series };
    if (ofRoute.length === 0) this.found.set(kind.route, ofRoute);
    ofRoute.push(found);
    this.size++;
    return found;
  }
}

function isOf(found: Found, method: string | undefined, route: string, status: number | undefined): boolean {
  return found.status === status && found.route === route && found.method === method;
}
