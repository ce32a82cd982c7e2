import { onOneLine } from '../common/show-value.js';
import type { AccessDeniedReason } from './access-decision.js';

/** The whole answer to a refused request. */
export const FORBIDDEN = 'Forbidden\n';

/** Logged once for each reason. */
export const REFUSED = (reason: AccessDeniedReason, detail: string): string =>
  `The monitor refused a request: ${REFUSED_BECAUSE[reason]} (${onOneLine(detail.slice(0, 200))}). It answers 403 to all such requests, ` +
  'and logs only this one.';

const REFUSED_BECAUSE: Record<AccessDeniedReason, string> = {
  headers: 'it has more than 200 headers',
  token: 'its Authorization is not the token',
  peer: 'it does not come from this machine. The options "allow" and "token" allow remote clients',
  unix: "it came over a Unix socket, which usually is that of a proxy. The option allow: ['unix'] allows it",
  forwarded: 'a proxy forwarded it for an address that is not allowed',
  proxy: 'it has a header that only proxies add, so its client may be anywhere',
  host: 'its Host is not a name of this machine. The option "allowedHosts" allows other names',
  browser: 'a page of another origin sent it',
  filter: 'the requestFilter did not return true',
  'filter-error': 'the requestFilter failed',
  unreadable: 'it could not be checked',
};

export const FILTER_TOO_SLOW = (ms: number): string => `not settled after ${ms} ms`;

export const FILTER_STOPPED = 'not settled when the application closed';

/** Logged once. */
export const CLOSED_BY_APPLICATION = (route: string, status: number): string =>
  `A guard or middleware of the application answered ${status} to a request to ${route} that the monitor would have let in. ` +
  'The option "decorators" tells a global guard that the endpoint is public, as in decorators: [Public()]; the monitor checks ' +
  'every request itself. The option "port" serves the endpoint where guards and middleware of the application do not apply.';

export const ALLOWS_EVERYBODY =
  'The option "allow" contains a network with all addresses (/0): every client that can reach the server can read the monitor.';

export const RISKY_LISTENER =
  'This application listens on an address that other machines can reach, and trusts proxies, so there may be one in front of it. ' +
  'A proxy on this machine that adds no headers cannot be distinguished from a local client, so all of its clients can read the ' +
  'monitor, also without a "token". Serve the monitor on its own port, with the option "port", or require a token of every client by a ' +
  '"requestFilter": (request, decision) => decision.allowed && decision.by === \'token\'.';

/** Completes "must be": for the option `diagnostics`. */
export const DIAGNOSTICS_EXPOSED = (exposure: string): string =>
  `false with this configuration, unless there is a "requestFilter": ${exposure.replace(/\.$/, '')}`;

export const TOKEN_IS_NO_STRING = (kind: string): string => `It is ${kind}.`;

export const TOKEN_HAS_BAD_LENGTH = (length: number): string =>
  `It has ${length} ${length === 1 ? 'character' : 'characters'}.`;

export const TOKEN_HAS_BAD_CHARACTER = (position: number, length: number): string =>
  `Character ${position} of its ${length} is not allowed there.`;
