import { onOneLine } from '../common/show-value.js';
import type { RefusalReason } from './access-decision.js';

/** All that a client gets to know that is not let in. */
export const FORBIDDEN = 'Forbidden\n';

/** Once for each reason. */
export const REFUSED = (reason: RefusalReason, detail: string): string =>
  `The monitor refused a request: ${REFUSED_BECAUSE[reason]} (${onOneLine(detail.slice(0, 200))}). It answers 403 to all such requests, ` +
  'and logs only this one.';

const REFUSED_BECAUSE: Record<RefusalReason, string> = {
  headers: 'it has more headers than can be looked through',
  token: 'it brings an Authorization that is not the token',
  peer: 'it does not come from this machine. The options "allow", "token" and "port" are for readers elsewhere',
  unix: "it came over a unix socket, behind which there usually is a proxy. The option allow: ['unix'] lets it in",
  forwarded: 'it was forwarded for somebody who is not let in',
  proxy: 'it has a header that only a proxy adds, and so may come from anywhere',
  host: 'its Host does not name this machine. The option "allowedHosts" has room for other names',
  browser: 'a page of another origin sent it',
  filter: 'the requestFilter did not let it in',
  'filter-error': 'the requestFilter failed',
  unreadable: 'it could not be judged',
};

export const FILTER_TOO_SLOW = (ms: number): string => `not settled after ${ms} ms`;

export const FILTER_STOPPED = 'not settled when the application closed';

/** Logged once. */
export const CLOSED_BY_APPLICATION = (route: string, status: number): string =>
  `A guard or middleware of the application answered ${status} to a request to ${route} that the monitor would have let in. ` +
  'The option "decorators" tells a global guard that the endpoint is public, as in decorators: [Public()]; the monitor checks ' +
  'every request itself. The option "port" serves the endpoint where guards and middleware of the application do not apply.';

export const ALLOWS_EVERYBODY =
  'The option "allow" has a network of everybody (/0) in it: the monitor can be read from wherever the server can be reached.';

export const RISKY_LISTENER =
  'This application listens to other machines, and trusts proxies, so there may be one before it. A proxy on this machine ' +
  'that adds no header of its own looks to the monitor like a reader on this machine, and lets everybody in that it ' +
  'forwards for. Give the monitor a port of its own, with the option "port", or a "token".';

/** Completes "must be": for the option `diagnostics`. */
export const DIAGNOSTICS_EXPOSED = (exposure: string): string =>
  `false, unless the endpoint has a port of its own, or a token and no network of everybody: ${exposure}`;
