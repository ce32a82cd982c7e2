import { lstat } from 'node:fs/promises';
import { sliceEnds } from '../../common/slices.js';
import { NotHistoryError } from '../merging/checked-series.js';
import type { HistoryCopy } from '../merging/history-copy.js';
import { fileLines } from './file-lines.js';
import { JOURNAL_FILES } from './history-journal.js';

/**
 * When the journal of a process was written last, in milliseconds since 1970; `undefined` if there is none.
 *
 * @param path of the files, without their suffixes.
 */
export async function journalTime(path: string): Promise<number | undefined> {
  const files = Object.values(JOURNAL_FILES).map((end) => lstat(`${path}${end}`).catch(() => undefined));
  const times = (await Promise.all(files)).flatMap((stats) => stats?.mtimeMs ?? []);
  return times.length === 0 ? undefined : Math.max(...times);
}

/**
 * Adds the journal of a process to a copy of its history, in time slices: only the steps after those that the copy has, and none that
 * no chart shows. The size of the files depends on the options of the process that wrote them, which may be other ones than here. So it
 * is not limited: in memory is only what the copy keeps.
 *
 * @param path of the files, without their suffixes.
 * @param now in milliseconds since 1970.
 * @returns when it was written last, in milliseconds since 1970; `undefined` if there is no file.
 * @throws NotHistoryError if none of its files can be read. One that is damaged does not stop the reading of the others.
 */
export async function readJournal(
  path: string,
  copy: HistoryCopy,
  now = Date.now(),
): Promise<number | undefined> {
  let written: number | undefined;
  let failure: unknown;
  for (const step of [10, 1] as const) {
    for (const end of ['.old', '']) {
      const file = `${path}${JOURNAL_FILES[step]}${end}`;
      const stats = await lstat(file).catch(() => undefined);
      if (stats === undefined) continue;
      try {
        if (!stats.isFile()) throw new NotHistoryError('no journal');
        await addLines(fileLines(file, stats.size), copy, now);
        written = Math.max(written ?? 0, stats.mtimeMs);
      } catch (thrown) {
        failure ??= thrown;
      }
    }
  }
  if (written === undefined && failure !== undefined) throw failure;
  return written;
}

/** A list of series, or a step after it. */
type Entry = Partial<Record<'series' | 'instance' | 'step' | 'time', unknown>>;

async function addLines(lines: AsyncIterable<string>, copy: HistoryCopy, now: number): Promise<void> {
  const sliceEnd = sliceEnds();
  const oldest = now - copy.tiers[10].kept * 10_000;
  let hasSeries = false;
  for await (const line of lines) {
    const entry = parse(line);
    // Part of a line: the process was killed while it wrote.
    if (entry === undefined) continue;
    const { step, time, series } = entry;
    if (!hasSeries || step === undefined) takeHead(entry, copy);
    else if (typeof time !== 'number' || time > oldest) copy.append(entry);
    else if (series !== undefined) copy.addSeries(series);
    hasSeries = true;
    await sliceEnd();
  }
}

function takeHead({ series, instance }: Entry, copy: HistoryCopy): void {
  copy.replaceSeries(series);
  copy.setInstance(instance);
}

function parse(line: string): Entry | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'object' && entry !== null ? entry : undefined;
  } catch {
    return undefined;
  }
}
