import { createReadStream } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { sliceEnds } from '../../common/slices.js';
import type { ReceivedSource } from '../received/received-source.js';
import { LineSplitter } from '../wire/line-splitter.js';
import { WIRE_VERSION, WireError } from '../wire/lines.js';
import { SnapshotDecoder } from '../wire/snapshot.decoder.js';
import { PendingWindows } from './pending-windows.js';
import { ReaderBases } from './reader-bases.js';

/** Bytes of a file. The file of 10 000 series has one to four megabytes. */
const MAX_FILE = 256 * 1024 * 1024;

/** What a totals file has besides the totals. */
export interface TotalsInFile {
  /** Whether its member has closed its application. */
  readonly isFinal: boolean;
  /** For the file of merged members: the names of those whose own files may still exist. */
  readonly members: readonly string[];
  readonly bases: ReaderBases;
  /** For the file of merged members: what readers have not read of them. */
  readonly pending: PendingWindows;
}

/**
 * Reads a totals file into an empty source, in time slices.
 *
 * @throws WireError for a file with another format. Also throws if the file cannot be read.
 */
export async function readTotals(path: string, source: ReceivedSource): Promise<TotalsInFile> {
  const stats = await lstat(path);
  if (!stats.isFile() || stats.size > MAX_FILE) throw new WireError('something else than a file of totals');
  const splitter = new LineSplitter();
  const decoder = new SnapshotDecoder(source);
  const bases = new ReaderBases(source);
  const pending = new PendingWindows(source);
  const sliceEnd = sliceEnds();
  let [isFinal, isFirst] = [false, true];
  let members: readonly string[] = [];
  // Its member may be appending to it: bytes beyond the size from above are read the next time.
  const stream = createReadStream(path, { end: Math.max(0, stats.size - 1) });
  for await (const bytes of stream as AsyncIterable<Buffer>) {
    for (const line of splitter.lines(bytes)) {
      const [tag, second] = line;
      if (isFirst) checkHello(line);
      else if (tag === 'z') isFinal = true;
      else if (tag === 'm') bases.mark(String(second));
      else if (tag === 'b') bases.decode(line);
      else if (tag === 'p') pending.decode(line);
      else if (tag === 'members') members = namesOf(second);
      else decoder.decode(line);
      isFirst = false;
      await sliceEnd();
    }
  }
  if (isFirst) throw new WireError('an empty file');
  return { isFinal, members, bases, pending };
}

function checkHello([tag, version]: readonly unknown[]): void {
  if (tag !== 'nestjs-monitor' || version !== WIRE_VERSION) throw new WireError('a file of another version');
}

function namesOf(names: unknown): readonly string[] {
  if (!Array.isArray(names)) throw new WireError('no names');
  return names.map(String);
}
