import type { ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';

/** A client that has not taken all of a long answer after so many milliseconds is let go. Prometheus waits for 10 s. */
const DEADLINE = 60_000;

type Piece = string | Buffer;

/** So many pieces are sent in one turn of the event loop, as long as the client takes them. */
const AT_ONCE = 16;

/**
 * Sends the pieces of a text, as fast as the client takes it and without holding up the event loop.
 *
 * @param encoding what the text is sent as; it is compressed as it goes, in a thread of Node's own.
 * @param done called once, with whether all of it was sent.
 */
export function sendPieces(
  raw: ServerResponse,
  pieces: readonly Piece[],
  encoding: 'gzip' | undefined,
  done: (wasSent: boolean) => void,
): void {
  const isShort = encoding === undefined && pieces.length <= AT_ONCE;
  const deadline = isShort ? undefined : setTimeout(() => raw.destroy(), DEADLINE).unref();
  let isSettled = false;
  // By the event and not by writableFinished, which a response that was injected never has.
  const settle = (wasSent: boolean) => {
    if (isSettled) return;
    isSettled = true;
    clearTimeout(deadline);
    done(wasSent);
  };
  raw.once('finish', () => settle(true));
  raw.once('close', () => settle(false));
  if (isShort) {
    // With all that there is to send at hand, Node says itself how long it is.
    raw.end(joined(pieces));
    return;
  }
  const text = Readable.from(paced(pieces));
  // That the client went away is its own affair; 'close' tells.
  const onEnd = () => {};
  // The fastest level: the text is so repetitive that the others gain little.
  if (encoding === 'gzip') pipeline(text, createGzip({ level: 1 }), raw, onEnd);
  else pipeline(text, raw, onEnd);
}

async function* paced(pieces: readonly Piece[]): AsyncGenerator<Buffer> {
  for (let start = 0; start < pieces.length; start += AT_ONCE) {
    yield joined(pieces.slice(start, start + AT_ONCE));
    await new Promise(setImmediate);
  }
}

function joined(pieces: readonly Piece[]): Buffer {
  return Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)));
}
