import type { IncomingMessage } from 'node:http';
import { MAX_LABEL_LENGTH } from '../../metrics/series/labels.js';

/** The route label of a request that matched no route of the application: a 404, a malformed URL. */
export const UNMATCHED = 'unmatched';

/** The route label of a CORS preflight that no `OPTIONS` route of the application was registered for. */
export const PREFLIGHT = 'preflight';

/** The label of an unknown method, as in OpenTelemetry's semantic conventions. */
const OTHER_METHOD = '_OTHER';

/** RFC 9110, RFC 5789 (PATCH) and QUERY: the methods that OpenTelemetry's semantic conventions list. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH', 'QUERY'];
const KNOWN_METHODS: ReadonlyMap<unknown, string> = new Map(METHODS.map((method) => [method, method]));

/** The label of a method. Over HTTP/2 and in `inject()`, a method can be any text. */
export function methodLabel(method: unknown): string {
  return KNOWN_METHODS.get(method) ?? OTHER_METHOD;
}

/**
 * The label of a route.
 *
 * @param pattern what the route was registered under: a string, a regular expression, or an array of these. For anything
 * else the label is {@link UNMATCHED}.
 */
export function routeLabel(pattern: unknown): string {
  if (typeof pattern === 'string') return pattern === '' ? '/' : pattern.slice(0, MAX_LABEL_LENGTH);
  if (pattern instanceof RegExp) return String(pattern).slice(0, MAX_LABEL_LENGTH);
  if (Array.isArray(pattern)) return pattern.map(routeLabel).join('|').slice(0, MAX_LABEL_LENGTH);
  return UNMATCHED;
}

/** Whether a request is a CORS preflight, as the Fetch standard defines it. */
export function isPreflight({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>): boolean {
  return (
    method === 'OPTIONS' &&
    headers.origin !== undefined &&
    headers['access-control-request-method'] !== undefined
  );
}

/** The URL of a request. Routers change `url` while they route it, and keep the original. */
export interface Targeted {
  readonly url?: string | undefined;
  readonly originalUrl?: string | undefined;
}

/** The path of a request, without its query. A request to a proxy has an absolute URL. */
export function pathOf({ url = '', originalUrl = url }: Targeted): string {
  const [path = ''] = originalUrl.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').split(/[?#]/, 1);
  return path;
}
