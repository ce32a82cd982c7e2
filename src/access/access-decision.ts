/**
 * Why a request is refused:
 *
 * - `headers`: it has more than 200 headers, so Node may have dropped some.
 * - `token`: its `Authorization` is not the token.
 * - `peer`: its client is neither on this machine nor in `allow`.
 * - `unix`: it came over a Unix socket, and `allow` does not contain `unix`.
 * - `forwarded`: a proxy forwarded it for an address that is not allowed or cannot be parsed.
 * - `proxy`: it has a header that only proxies add, and that does not contain the address of the client.
 * - `host`: its `Host` is missing, is there twice, or is neither loopback nor in `allowedHosts`.
 * - `browser`: a page of another origin sent it.
 * - `filter`: `requestFilter` did not return `true`.
 * - `filter-error`: `requestFilter` threw, rejected, or took longer than 5 seconds.
 * - `unreadable`: the check of the request threw.
 */
export type AccessDeniedReason =
  | 'headers'
  | 'token'
  | 'peer'
  | 'unix'
  | 'forwarded'
  | 'proxy'
  | 'host'
  | 'browser'
  | 'filter'
  | 'filter-error'
  | 'unreadable';

/** A request is refused. */
export interface AccessDenied {
  readonly allowed: false;
  readonly reason: AccessDeniedReason;
  /** What was wrong, on one line, for the log. Control characters are escaped, and it never contains credentials. */
  readonly detail: string;
}

/** A request is allowed, by its origin, by the token, or by `requestFilter`. */
export interface AccessGranted {
  readonly allowed: true;
  readonly by: 'loopback' | 'allow' | 'unix' | 'token' | 'filter';
}

/** Whether a request may read the endpoint. */
export type AccessDecision = AccessGranted | AccessDenied;

export function denied(reason: AccessDeniedReason, detail: string): AccessDenied {
  return { allowed: false, reason, detail };
}
