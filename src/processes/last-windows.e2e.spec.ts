import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../test/support/eventually.js';
import { joinGroup } from '../../test/support/group-member.js';
import { present } from '../../test/support/present.js';

type Member = Awaited<ReturnType<typeof joinGroup>>;

describe('what processes recorded last, before they ended and were merged', () => {
  let directory: string;
  let path: string;
  let a: Member;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'nm-'));
    path = join(directory, 'g');
    a = await joinGroup(path);
    // Not by the schedule: the tests say when.
    vi.spyOn(a.group.leader, 'isOwn').mockResolvedValue(false);
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** Starts processes that record these values and end. */
  async function endWith(values: readonly number[]): Promise<void> {
    const members = await Promise.all(values.map(() => joinGroup(path)));
    for (const [at, { registry }] of members.entries()) registry.observe('size', values[at] ?? 0);
    await Promise.all(members.map(({ leave }) => leave()));
  }

  /** Merges all that have ended, as the leader does a minute later. */
  async function merge({ group }: Member): Promise<void> {
    await group.read({ kind: 'now' });
    for (const member of group.roster.members) if (member.endedAt !== undefined) member.endedAt -= 61_000;
    await group.roster.mergeEnded();
    expect(group.roster.hasEnded).toBe(false);
  }

  const sizeOf = async ({ read }: Member, reader: string) => (await read(reader)).histograms.size;

  it('is delivered once to each reader, also if more than 16 end before it reads again', async () => {
    for (const reader of ['scraper', 'publisher']) await a.read(reader);
    await endWith(Array.from({ length: 17 }, (_, i) => i + 1));
    const all = { count: 17, min: 1, max: 17 };
    expect(await sizeOf(a, 'scraper')).toMatchObject(all);
    await a.group.roster.mergeEnded();
    expect(a.group.roster.hasEnded).toBe(false);
    expect(await sizeOf(a, 'publisher')).toMatchObject(all);
    for (const reader of ['scraper', 'publisher']) {
      expect(await sizeOf(a, reader)).toMatchObject({ count: 0 });
    }
  });

  it('is delivered to a reader that has read a part of it, and to one that reads for the first time', async () => {
    const b = await joinGroup(path);
    b.registry.observe('size', 1);
    await a.read('early');
    b.registry.observe('size', 2);
    await b.leave();
    await merge(a);
    expect(await sizeOf(a, 'early')).toMatchObject({ count: 1 });
    expect(await sizeOf(a, 'new')).toMatchObject({ count: 2, min: 1, max: 2 });
  });

  it('is kept for each reader when others are merged later, and delivered by any process', async () => {
    for (const reader of ['r', 's', 't']) await a.read(reader);
    await endWith([1]);
    await merge(a);
    expect(await sizeOf(a, 'r')).toMatchObject({ count: 1 });
    await endWith([2, 3]);
    expect(await sizeOf(a, 's')).toMatchObject({ count: 3 });
    await merge(a);
    await endWith([4]);
    await merge(a);
    const b = await joinGroup(path);
    expect(await sizeOf(b, 'r')).toMatchObject({ count: 3, min: 2, max: 4 });
    expect(await sizeOf(a, 's')).toMatchObject({ count: 1, min: 4 });
    expect(await sizeOf(b, 't')).toMatchObject({ count: 4, min: 1, max: 4 });
    for (const reader of ['r', 's', 't']) {
      for (const one of [a, b]) expect(await sizeOf(one, reader)).toMatchObject({ count: 0 });
    }
  });

  it('is delivered again after a publish that failed, before or after they were merged', async () => {
    const publish = () => a.source.window('publisher:1', { isKept: true });
    await publish();
    await endWith([1]);
    (await publish()).giveBack();
    await merge(a);
    const second = await publish();
    await endWith([2]);
    await merge(a);
    second.giveBack();
    // The window of the merged ones also comes back if it is given back twice.
    (await publish()).giveBack();
    await merge(a);
    expect(await sizeOf(a, 'publisher:1')).toMatchObject({ count: 2, min: 1, max: 2 });
    expect(await sizeOf(a, 'publisher:1')).toMatchObject({ count: 0 });
  });

  it('is not delivered again to a reader that only processes know which are merged later', async () => {
    await endWith([1]);
    await merge(a);
    expect(await sizeOf(a, 'r')).toMatchObject({ count: 1 });
    const b = await joinGroup(path);
    vi.spyOn(b.group.leader, 'isOwn').mockResolvedValue(false);
    await endWith([2]);
    await a.leave();
    await b.group.read({ kind: 'now' });
    const [earlier] = b.group.roster.members.filter(({ name }) => name.text !== a.group.name.text);
    present(earlier).endedAt = performance.now() - 61_000;
    await b.group.roster.mergeEnded();
    expect(b.group.roster.members.map(({ name }) => name.text)).toEqual([a.group.name.text]);
    expect(await sizeOf(b, 'r')).toMatchObject({ count: 1, min: 2 });
  });

  it('is not lost when they are merged while a reader reads', async () => {
    await a.read('r');
    await endWith([1]);
    await a.group.read({ kind: 'now' });
    const read = a.group.read.bind(a.group);
    vi.spyOn(a.group, 'read').mockImplementationOnce(async (request) => {
      const result = await read(request);
      await merge(a);
      return result;
    });
    const [first, second] = [await sizeOf(a, 'r'), await sizeOf(a, 'r')];
    expect([first?.count, second?.count]).toEqual([0, 1]);
  });

  it('is counted once in the totals of a read that ends while their files are removed', async () => {
    const b = await joinGroup(path);
    b.registry.count('work', 5);
    await b.leave();
    await a.group.read({ kind: 'now' });
    let merged: Promise<void> | undefined;
    const read = a.group.read.bind(a.group);
    vi.spyOn(a.group, 'read').mockImplementationOnce(async (request) => {
      const result = await read(request);
      const remove = a.group.directory.remove.bind(a.group.directory);
      await new Promise<void>((resolve) => {
        vi.spyOn(a.group.directory, 'remove').mockImplementationOnce(async (names) => {
          resolve();
          await isRead;
          return remove(names);
        });
        merged = merge(a);
      });
      return result;
    });
    const reading = a.read('r');
    const isRead = reading.then(() => {});
    expect((await reading).counters.work).toBe(5);
    await merged;
    expect((await a.read('r')).counters.work).toBe(5);
  });

  it('is counted once in the totals of a process that nobody reads while they and later others are merged', async () => {
    const [b, c] = [await joinGroup(path), await joinGroup(path)];
    vi.spyOn(b.group.leader, 'isOwn').mockResolvedValue(false);
    c.registry.count('work', 5);
    expect((await b.read()).counters.work).toBe(5);
    await c.leave();
    await merge(a);
    await endWith([1]);
    await merge(a);
    for (const one of [b, a]) {
      const { counters, processes } = await one.read();
      expect(counters.work).toBe(5);
      expect(processes).toHaveLength(2);
    }
  });

  it('needs a limited number of files, also with ever new readers', async () => {
    await endWith([1]);
    for (let i = 0; i < 30; i++) await a.read(`before ${i}`);
    await merge(a);
    for (let i = 0; i < 60; i++) await a.read(`after ${i}`);
    const claims = () => readdirSync(path).filter((name) => /\.[0-9a-f]{16}$/.test(name));
    await eventually(() => expect(claims().length).toBeLessThanOrEqual(2 * 20));
    expect(await sizeOf(a, 'after 59')).toMatchObject({ count: 0 });
  });

  it('is not lost when they cannot be merged', async () => {
    await a.read('r');
    await endWith([1]);
    mkdirSync(a.group.directory.in(`${a.group.name.text}.merging.new`));
    await expect(merge(a)).rejects.toThrow();
    rmSync(a.group.directory.in(`${a.group.name.text}.merging.new`), { recursive: true });
    expect(await sizeOf(a, 'r')).toMatchObject({ count: 1 });
    await merge(a);
    expect(await sizeOf(a, 'r')).toMatchObject({ count: 0 });
  });
});
