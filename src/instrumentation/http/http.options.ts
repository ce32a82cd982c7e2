import type { IncomingHttpHeaders } from 'node:http';
import { ClassicBuckets } from '../../metrics/histogram/classic-buckets.js';
import type { Labels } from '../../metrics/series/labels.js';
import type { Rule } from '../../common/options/option-rules.js';

/** What a request has on every adapter. What it really is can be declared where it is used: `(request: FastifyRequest) => ...`. */
export interface ObservedRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** What a response has on every adapter. */
export interface ObservedResponse {
  readonly statusCode: number;
}

/** Written as a method, so that the request may be declared as what it really is. */
type IgnoreFunction = { ignore(request: ObservedRequest, route: string): boolean }['ignore'];

/** What becomes of the HTTP requests of the application. */
export interface HttpOptions {
  /**
   * Requests that are left out of `http_requests`, `http_request_duration`, `http_responses` and
   * `http_requests_aborted`. They are still requests to `requests`, and in flight to `http_requests_in_flight`.
   *
   * Either the routes, as they stand in the label: `/health` is that one, `/internal/*` is all below `/internal/`. Or a
   * function, which is asked when a request has ended; anything but `true`, a throw included, means that it counts.
   * Default: none.
   */
  ignore?: readonly string[] | IgnoreFunction | undefined;
  /**
   * Upper bounds, in seconds, of the classic buckets that `http_request_duration` counts beside its own. They stand in
   * the document then. Default: those of OpenTelemetry's `http.server.request.duration`, for exporters only.
   */
  buckets?: readonly number[] | undefined;
  /**
   * Further labels of `http_requests` and `http_request_duration`, asked for when a request has ended. The request and the
   * response are those that a handler gets as `@Req()` and `@Res()`; of a request that was answered before the framework had
   * it, they are Node's own. `method`, `route` and `status` cannot be changed.
   *
   * Take what has few values, and never what a client can make up: past half of `maxSeries` they share one series.
   */
  labels?(request: ObservedRequest, response: ObservedResponse): Labels;
}

/** {@link HttpOptions} with their defaults. */
export interface ResolvedHttpOptions {
  readonly isIgnored: ((request: ObservedRequest, route: string) => unknown) | undefined;
  readonly buckets: readonly number[];
  /** Whether they are the user's own, who then finds them in the document. */
  readonly hasOwnBuckets: boolean;
  readonly labels: HttpOptions['labels'];
}

/** The advice of OpenTelemetry's semantic conventions 1.45 for `http.server.request.duration`. */
export const DURATION_BUCKETS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];

const MAX_IGNORED = 1000;

export const HTTP_RULES: Record<keyof HttpOptions, Rule> = {
  ignore: {
    allowed: `a function, or an array of at most ${MAX_IGNORED} routes such as "/health" or "/internal/*"`,
    accepts: (value) => typeof value === 'function' || areRoutes(value),
  },
  buckets: {
    allowed: 'an array of 1 to 200 numbers of seconds, each greater than the one before',
    accepts: (value) => ClassicBuckets.accepts(value) && value.length > 0 && value.length <= 200,
  },
  labels: { allowed: 'a function', accepts: (value) => typeof value === 'function' },
};

/** @param options what {@link HTTP_RULES} accept. */
export function resolveHttpOptions(options: HttpOptions = {}): ResolvedHttpOptions {
  const { ignore } = options;
  return Object.freeze({
    // Called on the options that they stand on, which may be an object of a class.
    isIgnored: typeof ignore === 'function' ? ignore.bind(options) : ignore && matcherOf(ignore),
    buckets: Object.freeze([...(options.buckets ?? DURATION_BUCKETS)]),
    hasOwnBuckets: options.buckets !== undefined,
    labels: options.labels?.bind(options),
  });
}

function areRoutes(value: unknown): boolean {
  if (!Array.isArray(value) || value.length > MAX_IGNORED) return false;
  return value.every((route) => typeof route === 'string' && route.length > 0 && route.length <= 200);
}

/** The matcher looks each route up, or its beginnings: an application has some hundred routes at most, so it remembers them. */
function matcherOf(routes: readonly string[]): (request: ObservedRequest, route: string) => boolean {
  const exact = new Set(routes);
  const below = routes.filter((route) => route.endsWith('/*')).map((route) => route.slice(0, -1));
  return (_request, route) => exact.has(route) || below.some((beginning) => route.startsWith(beginning));
}
