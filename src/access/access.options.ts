import type { Rules } from '../common/options/option-rules.js';
import { isArrayOf, isCallable } from '../common/options/option-rules.js';
import { AddressList, isNetwork } from './address-list.js';
import { BearerToken, TOKEN_RULE } from './bearer-token.js';
import { isHostName } from './host-name.js';
import type { RequestFilter } from './request-filter.js';

/** Who may read the endpoint, besides clients on this machine. */
export interface AccessOptions {
  /**
   * Addresses and networks that are allowed besides loopback, such as `10.0.0.0/8` and `fd00::/8`, and `unix` for clients that
   * connect over a Unix socket. A request through proxies is allowed only if all of its hops are, including the peer.
   * Default: none.
   */
  allow?: readonly string[] | undefined;
  /**
   * Names and addresses, without a port, that are allowed in `Host` besides those of loopback and, for clients in
   * {@link allow}, the address that they connected to. The option `host` is included, unless it has a parameter.
   * Default: none.
   */
  allowedHosts?: readonly string[] | undefined;
  /**
   * Allows requests with `Authorization: Bearer TOKEN`, from any address. Use at least 16 characters that cannot be guessed,
   * such as the output of `openssl rand -hex 32`. A request with another `Authorization` is refused, also from this machine;
   * one without is decided by the other rules. Default: none.
   */
  token?: string | undefined;
  /**
   * Makes the final decision: it gets Node's own request and the decision of the built-in rules, and returns `true`,
   * or a promise of `true` within 5 seconds, to allow the request. Anything else, and an error, refuses it.
   * Default: the decision of the rules.
   *
   * @example
   * requestFilter: (request, { allowed }) => allowed && request.headers['user-agent'] !== 'curl',
   */
  requestFilter?: RequestFilter | undefined;
}

/** {@link AccessOptions} with their defaults. */
export interface ResolvedAccessOptions {
  readonly allow: AddressList;
  readonly allowUnix: boolean;
  readonly allowedHosts: ReadonlySet<string>;
  readonly token: BearerToken | undefined;
  readonly requestFilter: RequestFilter | undefined;
}

const MAX_ENTRIES = 1000;

export const ACCESS_RULES: Rules = {
  allow: {
    allowed:
      `an array of at most ${MAX_ENTRIES} addresses, networks such as "10.0.0.0/8" with no bit set after the prefix, and "unix"; ` +
      'IPv4 is written as IPv4 and not mapped into IPv6',
    accepts: (value) => isListOf(value, (entry) => entry === UNIX || isNetwork(entry)),
  },
  allowedHosts: {
    allowed:
      `an array of at most ${MAX_ENTRIES} host names and addresses without a port, such as "monitor.example.com", "10.0.0.5" ` +
      'and "[fd00::5]"',
    accepts: (value) => isListOf(value, isHostName),
  },
  token: TOKEN_RULE,
  requestFilter: { allowed: 'a function', accepts: isCallable },
};

const UNIX = 'unix';

/** @param host the option `host`, which is allowed as `Host` too. */
export function resolveAccessOptions(options: AccessOptions & { host?: string }): ResolvedAccessOptions {
  const { allow = [], allowedHosts = [], host, token, requestFilter } = options;
  // With a parameter, as in ":tenant.example.com", any name would be allowed.
  const names = host === undefined || host.includes(':') ? allowedHosts : [...allowedHosts, host];
  return Object.freeze({
    allow: new AddressList(allow.filter((entry) => entry !== UNIX)),
    allowUnix: allow.includes(UNIX),
    allowedHosts: new Set(names.map((name) => name.toLowerCase())),
    token: token === undefined ? undefined : new BearerToken(token),
    requestFilter,
  });
}

function isListOf(value: unknown, isEntry: (entry: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length <= MAX_ENTRIES && isArrayOf(value, isEntry);
}
