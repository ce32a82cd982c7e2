import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Node's request behind the one of an adapter: Express passes it as it is, Fastify wraps it in an object that has it as
 * `raw`.
 *
 * @returns `undefined` for anything else: libraries run their own handlers through Nest's pipeline, with any value as the
 * request, and an Express application may have set a `raw` of its own on a request.
 */
export function rawRequest(request: unknown): IncomingMessage | undefined {
  if (isIncomingMessage(request)) return request;
  const raw = (request as { raw?: unknown } | null | undefined)?.raw;
  return isIncomingMessage(raw) ? raw : undefined;
}

/** Node's response behind the one of an adapter, as {@link rawRequest}. */
export function rawResponse(response: unknown): ServerResponse | undefined {
  if (isServerResponse(response)) return response;
  const raw = (response as { raw?: unknown } | null | undefined)?.raw;
  return isServerResponse(raw) ? raw : undefined;
}

function isServerResponse(value: unknown): value is ServerResponse {
  return typeof value === 'object' && value !== null && 'writeHead' in value && 'headersSent' in value;
}

/** Checks the one property that Node's requests have in HTTP/1 and in HTTP/2, and that their wrappers do not have. */
function isIncomingMessage(value: unknown): value is IncomingMessage {
  return typeof value === 'object' && value !== null && 'rawHeaders' in value;
}

/**
 * The remote address of the socket; `undefined` for a Unix socket and a closed one. Never a header and never
 * `request.ip`: with `trust proxy`, any client can claim to be 127.0.0.1.
 */
export function peerAddress(request: IncomingMessage): string | undefined {
  // The socket is missing where an HTTP/2 stream has ended.
  return (request.socket as IncomingMessage['socket'] | undefined)?.remoteAddress;
}
