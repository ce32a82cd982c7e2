import { MAX_LABEL_LENGTH } from '../../metrics/series/labels.js';

/** The route of every request that no route of the application was made for, whatever it asked for. */
export const UNMATCHED = 'unmatched';

/** What stands for every method that is not among those below, as in OpenTelemetry's semantic conventions. */
export const OTHER_METHOD = '_OTHER';

/** RFC 9110, RFC 5789 (PATCH) and QUERY, which OpenTelemetry's semantic conventions take for known. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH', 'QUERY'];
const KNOWN_METHODS: ReadonlyMap<unknown, string> = new Map(METHODS.map((method) => [method, method]));

/** The label of a method. HTTP/2 and `inject()` let any text through as one. */
export function methodLabel(method: unknown): string {
  return KNOWN_METHODS.get(method) ?? OTHER_METHOD;
}

/**
 * The label of a route.
 *
 * @param pattern what a router has a route under: a text, a regular expression, or a list of them. Anything else is no
 * route.
 */
export function routeLabel(pattern: unknown): string {
  // Small enough for V8 to do it in place, for nearly all routes.
  if (typeof pattern === 'string' && pattern.length > 0 && pattern.length <= MAX_LABEL_LENGTH) return pattern;
  return unusualLabel(pattern);
}

function unusualLabel(pattern: unknown): string {
  if (typeof pattern === 'string') return pattern === '' ? '/' : pattern.slice(0, MAX_LABEL_LENGTH);
  if (pattern instanceof RegExp) return String(pattern).slice(0, MAX_LABEL_LENGTH);
  if (Array.isArray(pattern)) return pattern.map(routeLabel).join('|').slice(0, MAX_LABEL_LENGTH);
  return UNMATCHED;
}

/** What a request is for. Routers change its `url` on the way, and keep what it was. */
export interface Targeted {
  readonly url?: string | undefined;
  readonly originalUrl?: string | undefined;
}

/** The path that a request is for, without its query. A request to a proxy has a whole URL. */
export function pathOf({ url = '', originalUrl = url }: Targeted): string {
  return originalUrl.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').split(/[?#]/, 1)[0];
}
