import { createReadStream } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { sliceEnds } from '../../common/slices.js';
import { NotHistoryError } from '../merging/checked-series.js';
import type { HistoryCopy } from '../merging/history-copy.js';
import { JOURNAL_FILES } from './history-journal.js';

/** Bytes of one file. That of 300 series has some three megabytes. */
const MAX_FILE = 32 * 1024 * 1024;

/**
 * Adds what a process has written to a copy of its history, in time slices: the steps after those that the copy has.
 *
 * @param path of the files, without the ends of their names.
 * @returns when it was written last, in milliseconds since 1970; `undefined` if there is nothing.
 * @throws NotHistoryError for something else.
 */
export async function readJournal(path: string, copy: HistoryCopy): Promise<number | undefined> {
  let written: number | undefined;
  for (const step of [10, 1] as const) {
    for (const end of ['.old', '']) {
      const file = `${path}${JOURNAL_FILES[step]}${end}`;
      const stats = await lstat(file).catch(() => undefined);
      if (stats === undefined) continue;
      if (!stats.isFile() || stats.size > MAX_FILE) throw new NotHistoryError('no journal');
      await readFileInto(file, copy);
      written = Math.max(written ?? 0, stats.mtimeMs);
    }
  }
  return written;
}

async function readFileInto(file: string, copy: HistoryCopy): Promise<void> {
  const sliceEnd = sliceEnds();
  const input = createReadStream(file);
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      const entry = parse(line);
      // The last line of a process that was killed while it wrote.
      if (entry === undefined) continue;
      if ('step' in entry) copy.append(entry);
      else takeHead(entry, copy);
      await sliceEnd();
    }
  } finally {
    input.destroy();
  }
}

function takeHead({ series, instance }: { series?: unknown; instance?: unknown }, copy: HistoryCopy): void {
  copy.replaceSeries(series);
  copy.setInstance(instance);
}

function parse(line: string): object | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'object' && entry !== null ? entry : undefined;
  } catch {
    return undefined;
  }
}
