import { realTimers } from '../../common/real-timers.js';
import type { Transform } from 'node:stream';
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';

export type Chunk = string | Uint8Array;

/** What an answer has as its body: one text, the pieces of a text that is ready, or what comes with time. */
export type Body = Chunk | readonly Chunk[] | AsyncIterable<Chunk>;

/** So many pieces of some 10 kB are written in one turn of the event loop. */
const AT_ONCE = 16;

/** All of a body that is ready and so short that it is written at once, so that Node sends its length with it. */
export function shortBody(body: Body): Buffer | undefined {
  if (isStream(body)) return undefined;
  const pieces = piecesOf(body);
  return pieces.length <= AT_ONCE ? joined(pieces) : undefined;
}

/** The chunks to write, without holding up the event loop. */
export function chunksOf(body: Body): AsyncIterable<Chunk> {
  return isStream(body) ? body : paced(piecesOf(body));
}

/** The chunks, compressed in a thread of Node's own. */
export function compressed(chunks: AsyncIterable<Chunk>): Transform {
  // The fastest level: texts of metrics repeat themselves so much that the others gain little.
  const gzip = createGzip({ level: 1 });
  // Whoever reads the compressed chunks is told of an error there.
  pipeline(Readable.from(chunks), gzip, () => {});
  return gzip;
}

export function isStream(body: Body): body is AsyncIterable<Chunk> {
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
