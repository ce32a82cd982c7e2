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

/** Leads a browser that opens the endpoint to the dashboard. */
export class BrowserRedirect {
  constructor(private readonly options: ResolvedDashboardOptions) {}

  /**
   * @returns where to, relative to the address that was asked for, so that it is right behind a proxy that has it
   * below another path. `undefined` for a client that does not prefer HTML to everything else: `curl`, a scraper, a
   * `fetch()`; and for one that asks for a reader or a format, which the page has not.
   */
  locationFor({ path, query }: RequestTarget, accept: string | undefined): string | undefined {
    if (!this.options.dashboard || query.has('format') || query.has('reader')) return undefined;
    const [html = 0, ...others] = qualities(accept, [HTML, ...OTHERS]);
    if (html <= Math.max(...others)) return undefined;
    return path.endsWith('/') ? 'dashboard' : `${path.slice(path.lastIndexOf('/') + 1)}/dashboard`;
  }
}
