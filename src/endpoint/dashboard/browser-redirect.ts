import type { Offer } from '../negotiation/accept.js';
import { qualities } from '../negotiation/accept.js';
import type { RequestTarget } from '../negotiation/request-target.js';
import type { ResolvedDashboardOptions } from './dashboard.options.js';

const HTML: Offer = { type: 'text/html' };
const OTHERS: readonly Offer[] = [
  { type: 'application/json' },
  { type: 'text/plain' },
  { type: 'application/openmetrics-text' },
  { type: 'application/vnd.google.protobuf' },
];

/** Redirects a browser that opens the endpoint to the dashboard. */
export class BrowserRedirect {
  constructor(private readonly options: ResolvedDashboardOptions) {}

  /**
   * @returns the location, relative to the requested address, so that it is also right behind a proxy that serves it below
   * another path. `undefined` for a client that does not prefer HTML to everything else, such as `curl`, a scraper or a
   * `fetch()`, and for a request with a reader or a format, which the page does not support.
   */
  locationFor({ path, query }: RequestTarget, accept: string | undefined): string | undefined {
    if (!this.options.dashboard || query.has('format') || query.has('reader')) return undefined;
    const [html = 0, ...others] = qualities(accept, [HTML, ...OTHERS]);
    if (html <= Math.max(...others)) return undefined;
    const page = path.endsWith('/') ? 'dashboard' : `${path.slice(path.lastIndexOf('/') + 1)}/dashboard`;
    // Such as ?process=4243, the process that the page shows.
    return query.size === 0 ? page : `${page}?${query.toString()}`;
  }
}
