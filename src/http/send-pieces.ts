import type { ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';

/** A client that has not taken all of an answer after so many milliseconds is let go. Prometheus waits for 10 s. */
const DEADLINE = 60_000;

/**
 * Sends the pieces of a text, as fast as the client takes it and without holding up the event loop.
 *
 * @param encoding what the text is sent as; it is compressed as it goes, in a thread of Node's own.
 * @param done called once, with whether all of it was sent.
 */
export function sendPieces(
  raw: ServerResponse,
  pieces: readonly Buffer[],
  encoding: 'gzip' | undefined,
  done: (wasSent: boolean) => void,
): void {
  const deadline = setTimeout(() => raw.destroy(), DEADLINE).unref();
  const settle = (wasSent: boolean) => {
    clearTimeout(deadline);
    done(wasSent);
  };
  raw.once('finish', () => settle(true));
  raw.once('close', () => settle(false));
  const text = Readable.from(paced(pieces));
  // That the client went away is its own affair; 'close' tells.
  const onEnd = () => {};
  // The fastest level: the text is so repetitive that the others gain little.
  if (encoding === 'gzip') pipeline(text, createGzip({ level: 1 }), raw, onEnd);
  else pipeline(text, raw, onEnd);
}

/** So many pieces are sent in one turn of the event loop, as long as the client takes them. */
const AT_ONCE = 16;

async function* paced(pieces: readonly Buffer[]): AsyncGenerator<Buffer> {
  for (let start = 0; start < pieces.length; start += AT_ONCE) {
    yield Buffer.concat(pieces.slice(start, start + AT_ONCE));
    await new Promise(setImmediate);
  }
}
