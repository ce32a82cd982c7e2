import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { collectGarbage } from '../../test/support/collect-garbage.js';
import { eventually } from '../../test/support/eventually.js';
import { joinGroup } from '../../test/support/group-member.js';
import { OtherTotals } from './other-totals.js';

it('the totals of processes that were merged are forgotten', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'nm-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'g');
  const { group } = await joinGroup(path);
  const others = new OtherTotals(group, () => new Set());
  const sources: WeakRef<object>[] = [];
  for (let i = 0; i < 17; i++) {
    const { registry, leave } = await joinGroup(path);
    registry.count('work');
    await leave();
    await group.read({ kind: 'now' });
    await others.update();
    sources.push(...group.roster.members.map(({ source }) => new WeakRef(source)));
  }
  await group.roster.mergeEnded();
  await others.update();
  await eventually(() => {
    collectGarbage();
    expect(sources.filter((source) => source.deref() !== undefined)).toEqual([]);
  });
});
