import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { joinGroup } from '../../test/support/group-member.js';
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
  write(`${ended(2)}.tens`, HOUR);
  const journals = () =>
    readdirSync(directory.path).filter((name) => /\.(?:seconds|tens)(?:\.old)?$/.test(name));
  const old = new OldJournals(group, HOUR);
  await old.remove();
  expect(journals().sort()).toEqual([`${ended(2)}.tens`, `${living}.seconds`].sort());
  // Where processes end and begin all the time, the 400 files that were written last are kept, and what was written just now.
  for (let i = 100; i < 510; i++) write(`${ended(i)}.tens`, i < 300 ? 120_000 : 0);
  await old.remove();
  expect(journals()).toHaveLength(401);
  expect(journals()).not.toContain(`${ended(2)}.tens`);
});
