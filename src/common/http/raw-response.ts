import type { ServerResponse } from 'node:http';
import { sendPieces } from './send-pieces.js';

/** A response as an adapter hands it on: Express gives Node's own, Fastify wraps it and must be told to let go. */
export type AdapterResponse = ServerResponse | { raw: ServerResponse; hijack(): void };

/**
 * Answers past the adapter, and so past everything that would wrap the answer, with what nobody may keep or take
 * for something else.
 *
 * @param pieces what to send, in order. None at all answers a HEAD request.
 * @param onLost called if the client goes away before it has been sent all of it.
 */
export function answerRaw(
  response: AdapterResponse,
  status: number,
  type: string,
  pieces: string[],
  onLost: () => void = () => {},
): void {
  const raw = takeRaw(response);
  beginRaw(raw, status, `${type}; charset=utf-8`);
  sendPieces(raw, pieces, undefined, (wasSent) => {
    if (!wasSent) onLost();
  });
}

/** Whether somebody has begun to answer. */
export function isAnswered(response: AdapterResponse): boolean {
  return ('hijack' in response ? response.raw : response).headersSent;
}

/** Writes what every answer has above its body. */
export function beginRaw(raw: ServerResponse, status: number, type: string, encoding?: string): void {
  raw.statusCode = status;
  raw.setHeader('Content-Type', type);
  if (encoding !== undefined) raw.setHeader('Content-Encoding', encoding);
  raw.setHeader('Cache-Control', 'no-store');
  raw.setHeader('X-Content-Type-Options', 'nosniff');
  raw.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  // Added, for the application may vary its answers by something of its own.
  raw.appendHeader('Vary', 'Accept, Accept-Encoding');
}

/** Node's own response. The adapter does no more with it from here on. */
export function takeRaw(response: AdapterResponse): ServerResponse {
  if ('hijack' in response) response.hijack();
  return rawOf(response);
}

/** Node's own response, to look at. */
export function rawOf(response: AdapterResponse): ServerResponse {
  return 'hijack' in response ? response.raw : response;
}
