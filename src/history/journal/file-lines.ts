import { createReadStream } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { NotHistoryError } from '../merging/checked-series.js';

/** Characters in a line. The longest of ours is the list of 10 000 series: some megabytes. */
const MAX_LINE = 32 * 1024 * 1024;

/**
 * The complete lines of a file, without those after its first bytes. The file may have any size: only one line is in memory.
 *
 * @throws NotHistoryError for a line that is too long. Also throws if the file cannot be read.
 */
export async function* fileLines(path: string, bytes: number): AsyncGenerator<string, void, undefined> {
  if (bytes === 0) return;
  const decoder = new StringDecoder('utf8');
  const stream = createReadStream(path, { end: bytes - 1 });
  let pieces: string[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const [first = '', ...others] = decoder.write(chunk).split('\n');
    pieces.push(first);
    length += first.length;
    if (length > MAX_LINE) throw new NotHistoryError('a line that is too long');
    const rest = others.pop();
    if (rest === undefined) continue;
    yield pieces.join('');
    yield* others;
    pieces = [rest];
    length = rest.length;
  }
}
