import type { ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';

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
  // By the event and not by writableFinished, which a response that was injected never has.
  let isSent = false;
  raw.once('finish', () => (isSent = true));
  raw.once('close', () => {
    if (!isSent) onLost();
  });
  beginRaw(raw, status, `${type}; charset=utf-8`);
  if (pieces.length <= AT_ONCE) {
    // With all that there is to send at hand, Node says itself how long it is.
    raw.end(pieces.join(''));
    return;
  }
  pipeline(Readable.from(paced(pieces)), raw, () => {
    // That the client went away is its own affair; 'close' has been told.
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

/** So many pieces are sent in one turn of the event loop, as long as the client takes them. */
const AT_ONCE = 16;

async function* paced(pieces: string[]): AsyncGenerator<string> {
  for (let start = 0; start < pieces.length; start += AT_ONCE) {
    yield pieces.slice(start, start + AT_ONCE).join('');
    await new Promise(setImmediate);
  }
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
