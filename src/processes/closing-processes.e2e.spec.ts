import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { joinGroup } from '../../test/support/group-member.js';

type Member = Awaited<ReturnType<typeof joinGroup>>;

describe('a process that closes', () => {
  let directory: string;
  let path: string;
  let a: Member;
  let b: Member;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'nm-'));
    path = join(directory, 'g');
    [a, b] = [await joinGroup(path), await joinGroup(path)];
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const countOf = async ({ read }: Member, reader: string) =>
    (await read(reader)).histograms.size?.count ?? 0;

  it('leaves what it recorded during the last read of a reader, for the next one', async () => {
    b.registry.observe('size', 1);
    const save = b.group.saved.save.bind(b.group.saved);
    vi.spyOn(b.group.saved, 'save').mockImplementationOnce(async (reader) => {
      await save(reader);
      b.registry.observe('size', 2);
    });
    const first = await countOf(a, 'r');
    await b.leave();
    expect([first, await countOf(a, 'r'), await countOf(a, 'r')]).toEqual([first, 2 - first, 0]);
  });

  it('gives a value once that it recorded during a read, when it began to close', async () => {
    b.registry.observe('size', 1);
    const save = b.group.saved.save.bind(b.group.saved);
    let closing: Promise<void> | undefined;
    vi.spyOn(b.group.saved, 'save').mockImplementationOnce(async (reader) => {
      await save(reader);
      b.registry.observe('size', 2);
      closing = b.leave();
      await setImmediate();
    });
    const first = await countOf(a, 'r');
    await closing;
    expect([first, await countOf(a, 'r'), await countOf(a, 'r')]).toEqual([first, 2 - first, 0]);
  });

  it('gives its last window once to a reader that reads while it closes', async () => {
    b.registry.observe('size', 1);
    await a.group.read({ kind: 'now' });
    const end = b.group.saved.end.bind(b.group.saved);
    let first = 0;
    vi.spyOn(b.group.saved, 'end').mockImplementationOnce(async () => {
      await end();
      first = await countOf(a, 'r');
    });
    await b.leave();
    expect([first, await countOf(a, 'r'), await countOf(a, 'r')]).toEqual([first, 1 - first, 0]);
  });

  it('leaves what a publisher could not publish before', async () => {
    b.registry.observe('size', 1);
    const publish = () => a.reader.read('publisher:1', true);
    (await publish()).giveBack();
    await a.group.read({ kind: 'now' });
    await b.leave();
    expect(await countOf(a, 'publisher:1')).toBe(1);
    expect(await countOf(a, 'publisher:1')).toBe(0);
  });

  it('leaves what a publisher has read, and could not publish after the process had closed', async () => {
    b.registry.observe('size', 1);
    const { giveBack } = await a.reader.read('publisher:1', true);
    await b.leave();
    await a.group.read({ kind: 'now' });
    giveBack();
    expect(await countOf(a, 'publisher:1')).toBe(1);
    expect(await countOf(a, 'publisher:1')).toBe(0);
  });

  it('gives its last window once to a reader that a later leader does not know', async () => {
    b.registry.observe('size', 1);
    await b.leave();
    expect(await countOf(a, 'r')).toBe(1);
    const c = await joinGroup(path);
    await c.group.read({ kind: 'now' });
    for (const member of c.group.roster.members) member.endedAt = -Infinity;
    await c.group.roster.mergeEnded();
    expect(c.group.roster.hasEnded).toBe(false);
    expect(await countOf(a, 'r')).toBe(0);
    expect(await countOf(c, 'r')).toBe(0);
  });

  it('is in the totals of a process that lists it while it is merged', async () => {
    const c = await joinGroup(path);
    b.registry.count('work', 5);
    expect((await a.read()).counters.work).toBe(5);
    await b.leave();
    await a.read();
    const update = c.group.roster.update.bind(c.group.roster);
    vi.spyOn(c.group.roster, 'update').mockImplementationOnce(async () => {
      const files = await update();
      for (const member of a.group.roster.members) member.endedAt = -Infinity;
      await a.group.roster.mergeEnded();
      return files;
    });
    const { counters, processes } = await c.read();
    expect(counters.work).toBe(5);
    expect(processes?.map(({ state }) => state)).toEqual(['ok', 'ok']);
  });
});
