/** Why an outgoing request has no complete response. */
export type ErrorKind = 'refused' | 'dns' | 'tls' | 'timeout' | 'aborted' | 'reset' | 'other';

/** By the `code` of an error of Node or undici. */
const CODES: Readonly<Record<string, ErrorKind>> = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ETIMEDOUT: 'timeout',
  ESOCKETTIMEDOUT: 'timeout',
  ECONNABORTED: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ERR_SOCKET_CONNECTION_TIMEOUT: 'timeout',
  ABORT_ERR: 'aborted',
  UND_ERR_ABORTED: 'aborted',
  UND_ERR_DESTROYED: 'aborted',
  ECANCELED: 'aborted',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  ERR_HTTP2_STREAM_ERROR: 'reset',
  ERR_HTTP2_SESSION_ERROR: 'reset',
  EPROTO: 'tls',
  HOSTNAME_MISMATCH: 'tls',
};

const NAMES: Readonly<Record<string, ErrorKind>> = { TimeoutError: 'timeout', AbortError: 'aborted' };

/** OpenSSL has many codes: `CERT_HAS_EXPIRED`, `DEPTH_ZERO_SELF_SIGNED_CERT`, `UNABLE_TO_VERIFY_LEAF_SIGNATURE`. */
const TLS = /^ERR_(?:TLS|SSL)_|CERT|^UNABLE_TO_/;
const DNS = /^EAI_/;

/** Maximum number of errors in a chain of causes: that of a socket can be the cause of that of a client, and so on. */
const MAX_CAUSES = 4;

/**
 * The kind of an error, by its name and its code, or else by those of its causes. The error of a request that was aborted by an
 * `AbortSignal.timeout()` has the timeout as its cause.
 */
export function errorKind(error: unknown): ErrorKind {
  let current = error;
  for (let depth = 0; depth < MAX_CAUSES && typeof current === 'object' && current !== null; depth++) {
    const { cause } = current as { cause?: unknown };
    const kind = ownKind(current);
    if (kind === 'aborted' && isTimeoutError(cause)) return 'timeout';
    if (kind !== undefined) return kind;
    current = cause;
  }
  return 'other';
}

function isTimeoutError(cause: unknown): boolean {
  return (cause as { name?: unknown } | null | undefined)?.name === 'TimeoutError';
}

function ownKind(error: { readonly name?: unknown; readonly code?: unknown }): ErrorKind | undefined {
  const name = String(error.name);
  if (Object.hasOwn(NAMES, name)) return NAMES[name];
  const { code } = error;
  if (typeof code !== 'string') return undefined;
  if (Object.hasOwn(CODES, code)) return CODES[code];
  if (DNS.test(code)) return 'dns';
  return TLS.test(code) ? 'tls' : undefined;
}
