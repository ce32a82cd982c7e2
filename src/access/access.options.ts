import type { Rules } from '../common/options/option-rules.js';
import { AddressList, isNetwork } from './address-list.js';
import { BearerToken, TOKEN_RULE } from './bearer-token.js';
import { isHostName } from './host-name.js';
import type { RequestFilter } from './request-filter.js';

/** Who gets in, beside who is on this machine. */
export interface AccessOptions {
  /**
   * Addresses and networks that are let in beside loopback, such as `10.0.0.0/8` and `fd00::/8`, and `unix` for
   * whoever connects over a unix socket. A request that came through proxies is let in only if all of its hops are,
   * the peer included. Default: none.
   */
  allow?: readonly string[] | undefined;
  /**
   * Names and addresses, without a port, that `Host` may be beside those of loopback and, for who is let in by
   * {@link allow}, the address that it connected to. The virtual host of the option `host` is one of them, if it has no
   * parameter. Default: none.
   */
  allowedHosts?: readonly string[] | undefined;
  /**
   * Lets whoever brings it as `Authorization: Bearer TOKEN` in, from wherever. Take at least 16 characters that nobody
   * can guess, such as `openssl rand -hex 32` makes. A request with another `Authorization` is refused then, that of a
   * local reader included; one without is judged as ever. Default: none.
   */
  token?: string | undefined;
  /**
   * Has the last word on who gets in: it is handed Node's own request, and what the built-in judgement makes of it, and
   * lets the request in by giving `true`, or a promise of it within 5 seconds. Anything else means no, and so does
   * throwing. Default: the built-in judgement.
   *
   * @example
   * requestFilter: (request, { allowed }) => allowed && request.headers['user-agent'] !== 'curl',
   */
  requestFilter?: RequestFilter | undefined;
}

/** The options after validation. */
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
      'an array of addresses, of networks such as "10.0.0.0/8" with no bit of the address set beyond the prefix, and of ' +
      '"unix"; IPv4 as IPv4 and not mapped into IPv6',
    accepts: (value) => isListOf(value, (entry) => entry === UNIX || isNetwork(entry)),
  },
  allowedHosts: {
    allowed:
      'an array of host names and addresses without a port, such as "monitor.example.com", "10.0.0.5" and "[fd00::5]"',
    accepts: (value) => isListOf(value, isHostName),
  },
  token: TOKEN_RULE,
  requestFilter: { allowed: 'a function', accepts: (value) => typeof value === 'function' },
};

const UNIX = 'unix';

/** @param host the virtual host that the endpoint belongs to, if it has one: that name is allowed by itself. */
export function resolveAccessOptions(options: AccessOptions & { host?: string }): ResolvedAccessOptions {
  const { allow = [], allowedHosts = [], host, token, requestFilter } = options;
  // One with a parameter, such as ":tenant.example.com", may be any name.
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
  return Array.isArray(value) && value.length <= MAX_ENTRIES && value.every(isEntry);
}
