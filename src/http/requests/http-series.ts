import type { Counter } from '../../metrics/counter.js';
import type { Histogram } from '../../metrics/handles.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import type { KnownLabels } from '../../metrics/series/labels.js';
import { methodLabel } from './route.js';

export const HTTP_REQUESTS = 'http_requests';
export const HTTP_DURATION = 'http_request_duration';

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
}

/** The requests of one kind among those of a route. */
interface Found extends RequestSeries {
  readonly method: string | undefined;
  readonly status: number | undefined;
}

/** So many kinds are found at once, of one route and of all; further ones are still found, more slowly. */
const [MAX_OF_ROUTE, MAX_FOUND] = [64, 10_000];

/**
 * Finds the series of a request, in a fraction of the time that it takes to look its labels up: a route has few kinds of
 * requests, so they stand in a list.
 */
export class HttpSeries {
  private readonly found = new Map<string, Found[]>();
  private size = 0;

  constructor(private readonly registry: MetricsRegistry) {}

  of(kind: RequestKind): RequestSeries {
    const { method, status } = kind;
    const ofRoute = this.found.get(kind.route);
    if (ofRoute !== undefined) {
      for (let i = 0; i < ofRoute.length; i++) {
        if (ofRoute[i].status === status && ofRoute[i].method === method) return ofRoute[i];
      }
    }
    return this.remember(kind, ofRoute);
  }

  /** The series of a request that has further labels. */
  with(labels: KnownLabels, { method, route, status }: RequestKind): RequestSeries {
    const all = { ...labels, method: methodLabel(method), route, status: status ?? NO_STATUS };
    return {
      requests: this.registry.ownCounter(HTTP_REQUESTS, all),
      duration: this.registry.ownHistogram(HTTP_DURATION, all),
    };
  }

  private remember(kind: RequestKind, ofRoute: Found[] = []): RequestSeries {
    const series = this.with({}, kind);
    // Methods that nobody knows can be any text, and have one series.
    if (ofRoute.length >= MAX_OF_ROUTE || this.size >= MAX_FOUND) return series;
    if (ofRoute.length === 0) this.found.set(kind.route, ofRoute);
    ofRoute.push({ method: kind.method, status: kind.status, ...series });
    this.size++;
    return series;
  }
}
