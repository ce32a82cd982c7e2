/**
 * Why a request is refused:
 *
 * - `headers`: there are so many of them that Node may have dropped the one that tells.
 * - `token`: it brings an `Authorization` that is not the token.
 * - `peer`: whoever connected is neither on this machine nor in `allow`.
 * - `unix`: it came over a unix socket, which `allow` does not name.
 * - `forwarded`: it was forwarded for somebody who is not let in, or who cannot be told.
 * - `proxy`: it has a header that only a proxy adds, and which does not say for whom it was forwarded.
 * - `host`: its `Host` is missing, is there twice, or is neither loopback nor in `allowedHosts`.
 * - `browser`: a page of another origin sent it.
 * - `filter`: `requestFilter` did not give `true`.
 * - `filter-error`: `requestFilter` threw, rejected, or took too long.
 * - `unreadable`: it could not be judged at all.
 */
export type RefusalReason =
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

/** Why a request is not let in. */
export interface AccessDenied {
  readonly allowed: false;
  readonly reason: RefusalReason;
  /** What it was about, on one line, for the log. Control characters are escaped; no credentials are ever in it. */
  readonly detail: string;
}

/** By what a request is let in: where it came from, the token that it brought, or `requestFilter`. */
export interface AccessGranted {
  readonly allowed: true;
  readonly by: 'loopback' | 'allow' | 'unix' | 'token' | 'filter';
}

/** What the monitor makes of a request. */
export type AccessJudgement = AccessGranted | AccessDenied;

export function refused(reason: RefusalReason, detail: string): AccessDenied {
  return { allowed: false, reason, detail };
}
