import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { joinGroup } from '../../../test/support/group-member.js';

async function joinOne() {
  const path = mkdtempSync(join(tmpdir(), 'nm-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  const { registry, group } = await joinGroup(join(path, 'g'));
  return { registry, group, file: () => readFileSync(group.directory.totalsOf(group.name), 'utf8') };
}

describe('the totals of a process in a group', () => {
  it('are in its file a few seconds after it has counted, though nobody asks', async () => {
    const { registry, file } = await joinOne();
    registry.count('work', 7);
    await eventually(() => expect(file()).toMatch(/^\["v",\d+,-1,\[7\]\]$/m));
  });

  it('are worth saving when a counter or a histogram of the application has changed, also if somebody has asked meanwhile', async () => {
    const { registry, group } = await joinOne();
    const { saved } = group;
    await saved.save();
    await saved.takeNews();
    expect(await saved.takeNews()).toBe(false);
    for (const change of [
      () => registry.count('work'),
      () => registry.count('work'),
      () => registry.count('work', 1, { kind: 'a' }),
      () => registry.count('work', 1, { kind: 'a' }),
      () => registry.observe('size', 3),
      () => registry.observe('size', 3, { kind: 'a' }),
    ]) {
      change();
      expect(await saved.takeNews()).toBe(true);
      await saved.save();
      // What was saved for somebody who asked is news for the journal of the history.
      expect(await saved.takeNews()).toBe(true);
      expect(await saved.takeNews()).toBe(false);
    }
  });

  it('are not worth saving for what changes in an idle process too', async () => {
    const { registry, group } = await joinOne();
    registry.ownCounter('callbacks').inc();
    registry.ownHistogram('eventloop_delay').observe(1);
    registry.kv('level', 1);
    await group.saved.save();
    await group.saved.takeNews();
    registry.ownCounter('callbacks').inc();
    registry.ownHistogram('eventloop_delay').observe(1);
    registry.kv('level', 2);
    expect(await group.saved.takeNews()).toBe(false);
  });
});
