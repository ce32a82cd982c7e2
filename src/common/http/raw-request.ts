import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Node's own request, of what an adapter hands on: Express gives it as it is, Fastify wraps it in an object that
 * has it as `raw`.
 *
 * @returns `undefined` for anything else. Libraries run handlers of their own through Nest's pipeline, and what
 * they call a request can be any value. An Express application may have put a `raw` of its own on a request.
 */
export function rawRequest(request: unknown): IncomingMessage | undefined {
  if (isIncomingMessage(request)) return request;
  const raw = (request as { raw?: unknown } | null | undefined)?.raw;
  return isIncomingMessage(raw) ? raw : undefined;
}

/** Node's own response, likewise. */
export function rawResponse(response: unknown): ServerResponse | undefined {
  if (isServerResponse(response)) return response;
  const raw = (response as { raw?: unknown } | null | undefined)?.raw;
  return isServerResponse(raw) ? raw : undefined;
}

function isServerResponse(value: unknown): value is ServerResponse {
  return typeof value === 'object' && value !== null && 'writeHead' in value && 'headersSent' in value;
}

/** By the one property that Node's requests have, of HTTP/1 and HTTP/2, and what wraps them has not. */
function isIncomingMessage(value: unknown): value is IncomingMessage {
  return typeof value === 'object' && value !== null && 'rawHeaders' in value;
}

/**
 * The address at the other end of the socket, or `undefined` on a unix socket or a socket that is gone. It is
 * never what a header or `request.ip` claims: with `trust proxy`, anyone can claim to be 127.0.0.1.
 */
export function peerAddress(request: IncomingMessage): string | undefined {
  // The socket is missing where an HTTP/2 stream has ended.
  return (request.socket as IncomingMessage['socket'] | undefined)?.remoteAddress;
}
