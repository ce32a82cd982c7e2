import type { Step } from '../history/history-document.js';
import { JOURNAL_FILE } from '../history/journal/history-journal.js';
import { journalTime, readJournal } from '../history/journal/read-journal.js';
import { HistoryCopy } from '../history/merging/history-copy.js';
import type { GroupDirectory } from '../processes/group/group-directory.js';
import type { MemberName } from '../processes/group/member-name.js';
import { parseName } from '../processes/group/member-name.js';

/** The most ended processes whose history is shown: those that ended last. */
const MOST_ENDED = 32;

/**
 * The histories of ended processes that are shown.
 *
 * @param oldest the time in milliseconds since 1970 before which nothing is shown.
 */
export function shownEnded(copies: readonly HistoryCopy[], oldest: number): ReadonlySet<HistoryCopy> {
  const lastOf = ({ tiers }: HistoryCopy) => Math.max(tiers[1].last, tiers[10].last);
  const shown = copies.filter((copy) => lastOf(copy) > oldest);
  return new Set(shown.toSorted((a, b) => lastOf(b) - lastOf(a)).slice(0, MOST_ENDED));
}

/**
 * The histories of processes that have ended, from their journals.
 *
 * @param isThere whether the process with this name has not ended.
 */
export async function readEndedHistories(
  directory: GroupDirectory,
  kept: Readonly<Record<Step, number>>,
  isThere: (text: string) => boolean,
): Promise<HistoryCopy[]> {
  const copies: HistoryCopy[] = [];
  for (const name of await lastEnded(directory, isThere)) {
    const copy = new HistoryCopy(name, kept);
    copy.hasEnded = true;
    const written = await readJournal(directory.in(name.text), copy).catch(() => {});
    if (written !== undefined) copies.push(copy);
  }
  return copies;
}

async function lastEnded(
  directory: GroupDirectory,
  isThere: (text: string) => boolean,
): Promise<MemberName[]> {
  const { names } = await directory.files();
  const texts = new Set(names.flatMap((name) => JOURNAL_FILE.exec(name)?.[1] ?? []));
  const found: { name: MemberName; writtenAt: number }[] = [];
  for (const text of texts) {
    const name = parseName(text);
    if (name === undefined || isThere(text)) continue;
    found.push({ name, writtenAt: (await journalTime(directory.in(text))) ?? 0 });
  }
  found.sort((a, b) => b.writtenAt - a.writtenAt);
  return found.slice(0, MOST_ENDED).map(({ name }) => name);
}
