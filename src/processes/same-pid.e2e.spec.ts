import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { joinGroup } from '../../test/support/group-member.js';
import { MetricsReader } from '../metrics/collection/reader.js';
import type { MetricsSource } from '../metrics/source/metrics-source.js';
import { NoSingleProcess } from './group/find-process.js';
import type { GroupSource } from './group-source.js';

const { pid } = process;

/** Members of one group with the same pid, as of containers that share a directory; each counts another number. */
async function joinFrom(...hosts: (string | null)[]) {
  const directory = mkdtempSync(join(tmpdir(), 'nm-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return Promise.all(
    hosts.map(async (hostname, at) => {
      const member = await joinGroup(join(directory, 'g'), hostname);
      member.registry.count('work', 10 ** at);
      member.registry.describe('queue', { aggregate: 'process' });
      member.registry.kv('queue', 10 ** at);
      return member;
    }),
  );
}

/** The document of one process, or the names of those that it may be. */
async function readOne(source: GroupSource, hostname?: string) {
  const found = await source.find({ pid, hostname });
  if (found instanceof NoSingleProcess) return found.names;
  return (await new MetricsReader(found as MetricsSource).read('r')).metrics;
}

it('of processes with the same pid on two hosts, each is read with its host, through any of them', async () => {
  const [a, b] = await joinFrom('a', 'b');
  for (const { source } of [a!, b!]) {
    // Nothing was read before.
    expect(await readOne(source)).toEqual([`a:${pid}`, `b:${pid}`]);
    for (const [hostname, work] of [
      ['a', 1],
      ['b', 10],
    ] as const) {
      const one = await readOne(source, hostname);
      expect(one).toMatchObject({
        counters: { work },
        gauges: { [`queue{process="${hostname}:${pid}"}`]: work },
        instance: { hostname },
        processes: [{ pid, hostname, thread: null, state: 'ok' }],
      });
    }
    expect(await readOne(source, 'c')).toEqual([]);
  }
});

it('the document lists processes with the same pid with their hosts, and labels their gauges with them', async () => {
  const [a] = await joinFrom('a', 'b');
  const { counters, gauges, processes } = await a!.read();
  expect(counters).toEqual({ work: 11 });
  expect(gauges).toMatchObject({
    [`queue{process="a:${pid}"}`]: 1,
    [`queue{process="b:${pid}"}`]: 10,
  });
  expect(processes?.map(({ hostname }) => hostname)).toEqual(['a', 'b']);
});

it('the pid alone is enough again when the process on the other host has ended', async () => {
  const [a, b] = await joinFrom('a', 'b');
  await a!.read();
  await b!.leave();
  expect((await a!.read()).counters).toEqual({ work: 11 });
  expect(await readOne(a!.source)).toMatchObject({ counters: { work: 1 }, instance: { hostname: 'a' } });
  expect(await readOne(a!.source, 'b')).toEqual([]);
});

it.each([null, 'a'])('members with the same pid on the same host (%s) are one process', async (hostname) => {
  const [a] = await joinFrom(hostname, hostname);
  expect(await readOne(a!.source)).toMatchObject({
    counters: { work: 11 },
    processes: [{ pid }, { pid }],
  });
  const { processes } = await a!.read();
  expect(processes?.map((one) => Object.hasOwn(one, 'hostname'))).toEqual([false, false]);
});
