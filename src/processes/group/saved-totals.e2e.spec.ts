import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
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
      // A change that was saved for a read is still news: the journal of the history does not have it yet.
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

/** How the next save comes to write all totals to a new file. */
const REWRITES: [string, (member: Awaited<ReturnType<typeof joinGroup>>) => Promise<void>][] = [
  ['after it was removed', async ({ group }) => rmSync(group.directory.totalsOf(group.name))],
  [
    'after a failed save',
    async ({ group }) => {
      const file = group.directory.totalsOf(group.name);
      rmSync(file);
      // Not even root can write to it.
      mkdirSync(file);
      await expect(group.saved.save()).rejects.toThrow('EISDIR');
      rmSync(file, { recursive: true });
    },
  ],
  [
    'because it is too large',
    async ({ group, registry }) => {
      const file = group.directory.totalsOf(group.name);
      for (let part = 0; part < 200; part++) {
        for (let value = 1; value < 200; value++)
          registry.observe('filling', 1.1 ** value, { part: String(part) });
      }
      await group.saved.save();
      while (statSync(file).size <= 1024 * 1024) {
        for (let part = 0; part < 200; part++) registry.observe('filling', 1, { part: String(part) });
        await group.saved.save();
      }
    },
  ],
];

it.each(REWRITES)(
  'a series that is removed when the file is written again, %s, does not come back',
  async (_how, prepare) => {
    const directory = mkdtempSync(join(tmpdir(), 'nm-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const [a, b] = [await joinGroup(join(directory, 'g')), await joinGroup(join(directory, 'g'))];
    const { registry } = a;
    const use = (tenant: string) => {
      registry.count('calls', 10, { tenant });
      registry.kv('connections', 10, { tenant });
      registry.observe('size', 10, { tenant });
    };
    for (const tenant of ['a', 'b', 'c']) use(tenant);
    for (const name of ['restarted', 'gone']) registry.count(name, 10);
    for (const name of ['restarted_size', 'gone_size']) registry.observe(name, 10);
    await a.read();
    await b.read();
    await prepare(a);
    for (const name of ['calls', 'connections', 'size']) registry.remove(name, { tenant: 'a' });
    for (const name of ['restarted', 'gone', 'restarted_size', 'gone_size']) registry.remove(name);
    registry.count('restarted', 3);
    registry.observe('restarted_size', 3);
    use('d');
    const expectPresent = async ({ read }: typeof a, reader: string) => {
      const { counters, gauges, histograms } = await read(reader);
      const series = (name: string, numbers: object) =>
        Object.keys(numbers).filter((key) => key.startsWith(name));
      expect(series('calls', counters)).toEqual(['b', 'c', 'd'].map((tenant) => `calls{tenant="${tenant}"}`));
      expect(series('connections', gauges)).toHaveLength(3);
      expect(series('size', histograms)).toHaveLength(3);
      expect(counters).toMatchObject({ restarted: 3 });
      expect(counters).not.toHaveProperty('gone');
      expect(histograms).not.toHaveProperty('gone_size');
      expect(histograms).toMatchObject({ restarted_size: { count: 1, max: 3 } });
    };
    await expectPresent(a, 'a');
    await expectPresent(b, 'b');
    // The file has the same: of a process that has ended, it is all that is left.
    await a.leave();
    const c = await joinGroup(join(directory, 'g'));
    const { counters, histograms } = await c.read();
    expect(counters).toMatchObject({ restarted: 3, 'calls{tenant="d"}': 10 });
    expect(counters).not.toHaveProperty('gone');
    expect(Object.keys(histograms)).not.toContain('gone_size');
    expect(Object.keys(histograms)).not.toContain('size{tenant="a"}');
  },
);

it('what a process removed before it closed its application is gone for those who had read it', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'nm-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const [a, b] = [await joinGroup(join(directory, 'g')), await joinGroup(join(directory, 'g'))];
  for (const name of ['restarted', 'gone']) {
    b.registry.count(name, 10);
    b.registry.count('calls', 10, { name });
    b.registry.observe(`${name}_size`, 10);
  }
  expect((await a.read()).counters).toMatchObject({ restarted: 10, gone: 10 });
  for (const name of ['restarted', 'gone', 'restarted_size', 'gone_size']) b.registry.remove(name);
  b.registry.remove('calls', { name: 'gone' });
  b.registry.count('restarted', 3);
  b.registry.observe('restarted_size', 3);
  await b.leave();
  const { counters, histograms } = await a.read('new');
  expect(counters).toEqual({ restarted: 3, 'calls{name="restarted"}': 10 });
  expect(Object.keys(histograms)).toEqual(['restarted_size']);
  expect(a.group.roster.members[0]?.source.histograms.family('restarted_size')?.plain?.count).toBe(1);
});
