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
  raw.statusCode = status;
  raw.setHeader('Content-Type', `${type}; charset=utf-8`);
  raw.setHeader('Cache-Control', 'no-store');
  raw.setHeader('X-Content-Type-Options', 'nosniff');
  if (pieces.length <= AT_ONCE) {
    // With all that there is to send at hand, Node says itself how long it is.
    raw.end(pieces.join(''));
    return;
  }
  pipeline(Readable.from(paced(pieces)), raw, () => {
    // A client that went away before it had them all is the client's own affair.
  });
}

/** So many pieces are sent in one turn of the event loop, as long as the client takes them. */
const AT_ONCE = 16;

async function* paced(pieces: string[]): AsyncGenerator<string> {
  for (let start = 0; start < pieces.length; start += AT_ONCE) {
    yield pieces.slice(start, start + AT_ONCE).join('');
    await new Promise(setImmediate);
  }
}

function takeRaw(response: AdapterResponse): ServerResponse {
  if (!('hijack' in response)) return response;
  response.hijack();
  return response.raw;
}
