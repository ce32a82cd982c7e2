import { createReadStream } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { sliceEnds } from '../../common/slices.js';
import type { ReceivedSource } from '../received/received-source.js';
import { LineSplitter } from '../wire/line-splitter.js';
import { WIRE_VERSION, WireError } from '../wire/lines.js';
import { SnapshotDecoder } from '../wire/snapshot.decoder.js';
import { ReaderBases } from './reader-bases.js';

/** Bytes of a file. That of 10 000 series has one to four megabytes. */
const MAX_FILE = 256 * 1024 * 1024;

/** What a file of totals says beside them. */
export interface TotalsInFile {
  /** Its member has closed its application. */
  readonly isFinal: boolean;
  /** Of a file that several members were merged into: their names. */
  readonly members: readonly string[];
  readonly bases: ReaderBases;
}

/**
 * Reads a file of totals into a source that is empty, in time slices.
 *
 * @throws WireError for a file that is none; and if it cannot be read.
 */
export async function readTotals(path: string, source: ReceivedSource): Promise<TotalsInFile> {
  const stats = await lstat(path);
  if (!stats.isFile() || stats.size > MAX_FILE) throw new WireError('something else than a file of totals');
  const splitter = new LineSplitter();
  const decoder = new SnapshotDecoder(source);
  const bases = new ReaderBases(source);
  const sliceEnd = sliceEnds();
  let [isFinal, isFirst] = [false, true];
  let members: readonly string[] = [];
  // Its member may go on writing: what comes after the size of before is read the next time.
  const stream = createReadStream(path, { end: Math.max(0, stats.size - 1) });
  for await (const bytes of stream as AsyncIterable<Buffer>) {
    for (const line of splitter.lines(bytes)) {
      const [tag, second] = line;
      if (isFirst) checkHello(line);
      else if (tag === 'z') isFinal = true;
      else if (tag === 'm') bases.mark(String(second));
      else if (tag === 'b') bases.decode(line);
      else if (tag === 'members') members = namesOf(second);
      else decoder.decode(line);
      isFirst = false;
      await sliceEnd();
    }
  }
  if (isFirst) throw new WireError('an empty file');
  return { isFinal, members, bases };
}

function checkHello([tag, version]: readonly unknown[]): void {
  if (tag !== 'nestjs-monitor' || version !== WIRE_VERSION) throw new WireError('a file of another version');
}

function namesOf(names: unknown): readonly string[] {
  if (!Array.isArray(names)) throw new WireError('no names');
  return names.map(String);
}
