import { realTimers } from '../../common/real-timers.js';
import type { Transform } from 'node:stream';
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';

export type Chunk = string | Uint8Array;

/** The body of an answer: one text, the pieces of a complete text, or a stream. */
export type Body = Chunk | readonly Chunk[] | AsyncIterable<Chunk>;

/** Number of pieces, of some 10 kB each, that are written in one iteration of the event loop. */
const AT_ONCE = 16;

/** A complete body that is short enough to write at once, so that Node sends its `Content-Length`. */
export function shortBody(body: Body): Buffer | undefined {
  if (isStream(body)) return undefined;
  const pieces = piecesOf(body);
  return pieces.length <= AT_ONCE ? joined(pieces) : undefined;
}

/** The chunks to write, without blocking the event loop. */
export function chunksOf(body: Body): AsyncIterable<Chunk> {
  return isStream(body) ? body : paced(piecesOf(body));
}

/** The chunks, compressed in Node's thread pool. */
export function compressed(chunks: AsyncIterable<Chunk>): Transform {
  // The fastest level: metrics texts are so repetitive that higher levels gain little.
  const gzip = createGzip({ level: 1 });
  // Errors reach the code that reads the compressed chunks.
  pipeline(Readable.from(chunks), gzip, () => {});
  return gzip;
}

/** Ends the source of a body that is not read. */
export async function discardBody(body: Body): Promise<void> {
  // The iterator of a stream that was never read does not close it.
  if (body instanceof Readable) body.destroy();
  else if (isStream(body)) await body[Symbol.asyncIterator]().return?.();
}

function isStream(body: Body): body is AsyncIterable<Chunk> {
  return typeof body === 'object' && Symbol.asyncIterator in body;
}

async function* paced(pieces: readonly Chunk[]): AsyncGenerator<Chunk> {
  for (let start = 0; start < pieces.length; start += AT_ONCE) {
    yield joined(pieces.slice(start, start + AT_ONCE));
    await new Promise(realTimers.setImmediate);
  }
}

function piecesOf(body: Chunk | readonly Chunk[]): readonly Chunk[] {
  return typeof body === 'string' || body instanceof Uint8Array ? [body] : body;
}

function joined(pieces: readonly Chunk[]): Buffer {
  return Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)));
}
