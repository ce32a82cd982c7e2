import { StringDecoder } from 'node:string_decoder';
import { WireError } from './lines.js';

/** Characters in a line. The longest of ours are some 100 kB: 256 series with long labels. */
export const MAX_LINE = 4 * 1024 * 1024;

/** Splits bytes into lines, and parses each as an array. */
export class LineSplitter {
  private readonly decoder = new StringDecoder('utf8');
  private pieces: string[] = [];
  private length = 0;

  /** @param longest characters in a line. */
  constructor(private readonly longest = MAX_LINE) {}

  /** @throws WireError for a line that is too long or no array. */
  *lines(bytes: Buffer): Iterable<readonly unknown[]> {
    const text = this.decoder.write(bytes);
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      this.keep(text.slice(start, end));
      const line = this.pieces.join('');
      this.pieces = [];
      this.length = 0;
      start = end + 1;
      yield parse(line);
    }
    this.keep(text.slice(start));
  }

  private keep(piece: string): void {
    if (piece === '') return;
    this.length += piece.length;
    if (this.length > this.longest) throw new WireError('a line that is too long');
    this.pieces.push(piece);
  }
}

function parse(line: string): readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new WireError('a line that is no JSON');
  }
  if (!Array.isArray(value)) throw new WireError('a line that is no array');
  return value as readonly unknown[];
}
