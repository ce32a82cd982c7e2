import type { ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';

/** A response as an adapter hands it on: Express gives Node's own, Fastify wraps it and must be told to let go. */
export type AdapterResponse = ServerResponse | { raw: ServerResponse; hijack(): void };

/**
 * Answers past the adapter, and so past everything that would wrap the answer, with what nobody may keep or take
 * for something else.
 *
 * @param pieces what to send, in order. None at all answers a HEAD request.
 */
export function answerRaw(response: AdapterResponse, status: number, type: string, pieces: string[]): void {
  const raw = takeRaw(response);
  raw.writeHead(status, {
    'Content-Type': `${type}; charset=utf-8`,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(pieces.length > 0 && { 'Content-Length': lengthOf(pieces) }),
  });
  // One piece after the other, as the client takes them.
  pipeline(Readable.from(pieces), raw, () => {
    // A client that went away before it had them all is the client's own affair.
  });
}

/** In bytes. */
function lengthOf(pieces: string[]): number {
  return pieces.reduce((length, piece) => length + Buffer.byteLength(piece), 0);
}

function takeRaw(response: AdapterResponse): ServerResponse {
  if (!('hijack' in response)) return response;
  response.hijack();
  return response.raw;
}
