import type { IncomingMessage } from 'node:http';

/** A request as the adapter hands it on: Express gives Node's own, Fastify wraps it. */
export type AdapterRequest = IncomingMessage | { raw: IncomingMessage };

/** Node's own request. */
export function rawRequest(request: AdapterRequest): IncomingMessage {
  return 'raw' in request ? request.raw : request;
}

/**
 * The address at the other end of the socket, or `undefined` on a unix socket or a socket that is gone. It is
 * never what a header or `request.ip` claims: with `trust proxy`, anyone can claim to be 127.0.0.1.
 */
export function peerAddress(request: IncomingMessage): string | undefined {
  // The socket is missing where an HTTP/2 stream has ended.
  return (request.socket as IncomingMessage['socket'] | undefined)?.remoteAddress;
}
