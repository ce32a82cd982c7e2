import type { Counter } from '../../metrics/counter.js';
import type { Histogram } from '../../metrics/handles.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import type { KnownLabels } from '../../metrics/series/labels.js';
import { methodLabel } from './route.js';

export const HTTP_REQUESTS = 'http_requests';
export const HTTP_DURATION = 'http_request_duration';
const HTTP_RESPONSES = 'http_responses';

/** The status label of a request whose client was sent no status. */
export const NO_STATUS = 'aborted';

/** The properties by which a request is counted. */
export interface RequestKind {
  /** As the client sent it. */
  readonly method: string | undefined;
  /** The route label. */
  readonly route: string;
  /** `undefined` if the client was sent none. */
  readonly status: number | undefined;
  /** Whether its duration says nothing about the application: see `isStream()`. */
  readonly isStream: boolean;
}

/** The series of the requests of one kind. */
export interface RequestSeries {
  readonly requests: Counter;
  /** `undefined` for a stream. */
  readonly duration: Histogram | undefined;
  /** By class of status; `undefined` without a status. */
  readonly responses: Counter | undefined;
}

type Status = RequestKind['status'];

/** The most kinds that are cached, since a status can be any number. Others are looked up by their labels each time. */
const MAX_CACHED = 10_000;

/**
 * Finds the series of a request. The cache saves looking up the labels. It is a map of maps, since building one key from the
 * three parts takes 1.7 % of the instructions of a Fastify request.
 */
export class HttpSeries {
  /** By route, status and the label of the method. */
  private readonly cache = new Map<string, Map<Status, Map<string, RequestSeries>>>();
  private cached = 0;
  /** `1xx` to `5xx`. */
  private readonly classes: readonly Counter[];

  constructor(private readonly registry: MetricsRegistry) {
    this.classes = [1, 2, 3, 4, 5].map((n) => registry.ownCounter(HTTP_RESPONSES, { class: `${n}xx` }));
  }

  /** The series of a request. */
  of(kind: RequestKind): RequestSeries {
    if (kind.isStream) return this.with({}, kind);
    return this.cache.get(kind.route)?.get(kind.status)?.get(methodLabel(kind.method)) ?? this.remember(kind);
  }

  /** The series of a request that has further labels. */
  with(labels: KnownLabels, { method, route, status, isStream }: RequestKind): RequestSeries {
    const all = { ...labels, method: methodLabel(method), route, status: status ?? NO_STATUS };
    return {
      requests: this.registry.ownCounter(HTTP_REQUESTS, all),
      duration: isStream ? undefined : this.registry.ownHistogram(HTTP_DURATION, all),
      responses: status === undefined ? undefined : this.classes[Math.floor(status / 100) - 1],
    };
  }

  private remember(kind: RequestKind): RequestSeries {
    const { method, route, status } = kind;
    const series = this.with({}, kind);
    if (this.cached >= MAX_CACHED) return series;
    const byStatus = this.cache.get(route) ?? new Map<Status, Map<string, RequestSeries>>();
    const byMethod = byStatus.get(status) ?? new Map<string, RequestSeries>();
    this.cache.set(route, byStatus.set(status, byMethod.set(methodLabel(method), series)));
    this.cached++;
    return series;
  }
}
