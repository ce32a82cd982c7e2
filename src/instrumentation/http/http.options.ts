import type { IncomingHttpHeaders } from 'node:http';
import { ClassicBuckets } from '../../metrics/histogram/classic-buckets.js';
import type { Labels } from '../../metrics/series/labels.js';
import type { Rule } from '../../common/options/option-rules.js';
import { YES_OR_NO } from '../../common/options/option-rules.js';

/** What a request has on every adapter. Declare its real type where you use it: `(request: FastifyRequest) => ...`. */
export interface ObservedRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** What a response has on every adapter. */
export interface ObservedResponse {
  readonly statusCode: number;
}

/** A method type, so that the parameter may be declared with its real type. */
type IgnoreFunction = { ignore(request: ObservedRequest, route: string): boolean }['ignore'];

/** How the HTTP requests of the application are counted. */
export interface HttpOptions {
  /**
   * Requests to leave out of `http_requests`, `http_request_duration`, `http_responses` and `http_requests_aborted`. They
   * still count in `requests` and `http_requests_in_flight`.
   *
   * Either an array of route labels: `/health` is that route, `/internal/*` is every route below `/internal/`. Or a function,
   * which is called when a request has ended: only `true` leaves the request out; if it throws, the request is counted.
   * Default: none.
   *
   * @example
   * ignore: ['/health', '/internal/*']
   */
  ignore?: readonly string[] | IgnoreFunction | undefined;
  /**
   * Upper bounds, in seconds, of classic buckets that `http_request_duration` counts exactly, in addition to its exponential ones.
   * When given, they are listed in the JSON document. Default: those that OpenTelemetry recommends for
   * `http.server.request.duration`, which only exporters use.
   */
  buckets?: readonly number[] | undefined;
  /**
   * Measures the bytes of the bodies of requests and responses: `http_request_size` and `http_response_size`. It costs some
   * microseconds per request. Default: false.
   */
  bodySizes?: boolean | undefined;
  /**
   * Whether requests to the monitor's own endpoint are in these metrics. They are always in `requests`. Default: false.
   */
  ownEndpoint?: boolean | undefined;
  /**
   * Returns further labels for `http_requests` and `http_request_duration`. Called when a request has ended, with what a
   * handler gets as `@Req()` and `@Res()`, or with Node's own request and response if the request did not get that far.
   * `method`, `route` and `status` cannot be overridden.
   *
   * Use labels with few different values, and none that a client can choose: past half of `maxSeries` they share one series.
   *
   * @example
   * labels: (request: Request) => ({ plan: request.user?.plan })
   */
  labels?(request: ObservedRequest, response: ObservedResponse): Labels;
}

/** {@link HttpOptions} with their defaults. */
export interface ResolvedHttpOptions {
  readonly isIgnored: ((request: ObservedRequest, route: string) => unknown) | undefined;
  readonly buckets: readonly number[];
  /** Whether the buckets are the user's, and so listed in the JSON document. */
  readonly hasOwnBuckets: boolean;
  readonly bodySizes: boolean;
  readonly ownEndpoint: boolean;
  readonly labels: HttpOptions['labels'];
}

/** The buckets that OpenTelemetry's semantic conventions 1.45 recommend for `http.server.request.duration`. */
const DURATION_BUCKETS: readonly number[] = [
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
  bodySizes: YES_OR_NO,
  ownEndpoint: YES_OR_NO,
  labels: { allowed: 'a function', accepts: (value) => typeof value === 'function' },
};

/** @param options what {@link HTTP_RULES} accept. */
export function resolveHttpOptions(options: HttpOptions = {}): ResolvedHttpOptions {
  const { ignore } = options;
  return Object.freeze({
    // Bound, since the options may be an instance of a class.
    isIgnored: typeof ignore === 'function' ? ignore.bind(options) : ignore && matcherOf(ignore),
    buckets: Object.freeze([...(options.buckets ?? DURATION_BUCKETS)]),
    hasOwnBuckets: options.buckets !== undefined,
    bodySizes: options.bodySizes ?? false,
    ownEndpoint: options.ownEndpoint ?? false,
    labels: options.labels?.bind(options),
  });
}

function areRoutes(value: unknown): boolean {
  if (!Array.isArray(value) || value.length > MAX_IGNORED) return false;
  return value.every((route) => typeof route === 'string' && route.length > 0 && route.length <= 200);
}

function matcherOf(routes: readonly string[]): (request: ObservedRequest, route: string) => boolean {
  const exact = new Set(routes);
  const below = routes.filter((route) => route.endsWith('/*')).map((route) => route.slice(0, -1));
  return (_request, route) => exact.has(route) || below.some((beginning) => route.startsWith(beginning));
}
