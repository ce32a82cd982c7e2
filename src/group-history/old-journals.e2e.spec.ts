import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { joinGroup } from '../../test/support/group-member.js';
import { startHistory } from '../../test/support/held-history.js';
import { present } from '../../test/support/present.js';
import { HistoryJournal } from '../history/journal/history-journal.js';
import { readEndedHistories } from './ended-histories.js';
import { OldJournals } from './old-journals.js';

const HOUR = 3_600_000;

it('journals that no chart shows any more are removed, but none of a process that lives', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'nm-'));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  const { group } = await joinGroup(join(parent, 'g'));
  const { directory } = group;
  const write = (name: string, age: number) => {
    writeFileSync(directory.in(name), '');
    const time = new Date(Date.now() - age);
    utimesSync(directory.in(name), time, time);
  };
  const living = group.name.text;
  const ended = (i: number) => `4194303.0-${String(i).padStart(12, '0')}`;
  write(`${living}.seconds`, 3 * HOUR);
  write(`${ended(1)}.seconds`, 3 * HOUR);
  write(`${ended(1)}.tens.old`, 3 * HOUR);
  write(`${ended(1)}.tens.new`, 3 * HOUR);
  write(`${ended(2)}.tens`, HOUR);
  const journals = () =>
    readdirSync(directory.path).filter((name) => /\.(?:seconds|tens)(?:\.|$)/.test(name));
  const old = new OldJournals(group, HOUR);
  await old.remove();
  expect(journals().sort()).toEqual([`${ended(2)}.tens`, `${living}.seconds`].sort());
  // With frequent restarts, the 400 files that were written last are kept, and all that were written just now.
  for (let i = 100; i < 510; i++) write(`${ended(i)}.tens`, i < 300 ? 120_000 : 0);
  await old.remove();
  expect(journals()).toHaveLength(401);
  expect(journals()).not.toContain(`${ended(2)}.tens`);
});

it('the history of a process whose directory was removed is there again when it has ended', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'nm-'));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  const path = join(parent, 'g');
  const { group } = await joinGroup(path);
  const { history, registry, steps } = await startHistory();
  const name = '4194303.0-00000000000a';
  const journal = new HistoryJournal(history, group.directory.in(name));
  for (const work of [1, 2]) {
    registry.count('work', work);
    await steps(10);
    await journal.save();
    if (work === 1) rmSync(path, { recursive: true });
    // Creates the directory again.
    await group.save();
  }
  const kept = { 1: 10 ** 9, 10: 10 ** 9 };
  const [copy] = await readEndedHistories(group.directory, kept, (text) => text !== name);
  const { series, tiers } = present(copy);
  expect(series.map(({ key }) => key)).toContain('work');
  expect(tiers[1].slots).toHaveLength(20);
  expect(tiers[10].slots).toHaveLength(2);
});
