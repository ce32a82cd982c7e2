import { describe, expect, it } from 'vitest';
import { TestRegistry } from '../../../test/support/registry.js';
import { MetricsReader } from '../collection/reader.js';
import type { DocumentFacts } from '../collection/snapshot.js';
import { MergedSource } from '../../../test/support/merged-source.js';
import type { MetricsSource } from './metrics-source.js';
import { RegistrySource } from './registry-source.js';

function factsOf(
  pid: number,
  worker: number | null,
  rss: number | null,
  hostname: string | null = 'host',
): DocumentFacts {
  return {
    process: {
      uptime: pid,
      num_fds: 10,
      max_fds: null,
      meminfo: { rss_bytes: rss, vsz_bytes: null },
      cpu: { user_time: 1, system_time: 2, percent: null, num_threads: 11 },
    },
    instance: {
      pid,
      hostname,
      start_time: '2026-01-01T00:00:00.000Z',
      node_version: 'v20.19.0',
      worker_id: worker,
    },
    eventloop_blocks: [],
  };
}

function makeTwo() {
  const [a, b] = [new TestRegistry(), new TestRegistry()];
  const sources = [
    new RegistrySource(a, () => factsOf(1, null, 100)),
    new RegistrySource(b, () => factsOf(2, null, 50)),
  ];
  const reader = new MetricsReader(new MergedSource(sources));
  return { a, b, sources, reader, read: async (name = 'r') => (await reader.read(name)).metrics };
}

describe('two sources that are merged', () => {
  it('have the sums of their counters, also of series that only one of them has', async () => {
    const { a, b, read } = makeTwo();
    a.count('jobs', 1, { queue: 'mail' });
    b.count('jobs', 2, { queue: 'mail' });
    b.count('jobs', 4, { queue: 'sms' });
    a.count('jobs', 8);
    const sums = { jobs: 8, 'jobs{queue="mail"}': 3, 'jobs{queue="sms"}': 4 };
    expect((await read()).counters).toEqual(sums);
    a.count('jobs', 16, { queue: 'push' });
    expect((await read()).counters).toEqual({ ...sums, 'jobs{queue="push"}': 16 });
  });

  it('have the values of their histograms as one, since the reader last read', async () => {
    const { a, b, read } = makeTwo();
    for (const value of [1, 2]) a.observe('size', value);
    for (const value of [8, 16]) b.observe('size', value);
    expect((await read()).histograms.size).toMatchObject({ count: 4, sum: 27, min: 1, max: 16 });
    b.observe('size', 4);
    expect((await read()).histograms.size).toMatchObject({ count: 1, sum: 4, min: 4, max: 4 });
    expect((await read('other')).histograms.size).toMatchObject({ count: 5, sum: 31 });
  });

  it('aggregate their gauges as their descriptions say, and add them up without one; extremes are those over all', async () => {
    const { a, b, read } = makeTwo();
    for (const registry of [a, b]) {
      for (const aggregate of ['max', 'min', 'process'] as const) registry.describe(aggregate, { aggregate });
    }
    for (const name of ['sum', 'max', 'min', 'process']) {
      for (const value of [9, 3]) a.kv(name, value);
      b.kv(name, 5);
    }
    const { gauges, max_gauges, min_gauges } = await read();
    expect(gauges).toEqual({ sum: 8, max: 5, min: 3, 'process{process="1"}': 3, 'process{process="2"}': 5 });
    expect(max_gauges).toMatchObject({ sum: 9, max: 9, min: 9, 'process{process="1"}': 9 });
    expect(min_gauges).toMatchObject({ sum: 3, max: 3, min: 3, 'process{process="2"}': 5 });
    a.kv('sum', 4);
    expect(await read()).toMatchObject({ max_gauges: { sum: 4 }, min_gauges: { sum: 4 } });
  });

  it('follow a description that comes later', async () => {
    const { a, b, read } = makeTwo();
    a.kv('queue', 1);
    b.kv('queue', 2);
    expect((await read()).gauges).toEqual({ queue: 3 });
    a.describe('queue', { aggregate: 'process' });
    expect((await read()).gauges).toEqual({ 'queue{process="1"}': 1, 'queue{process="2"}': 2 });
  });

  it('give both windows back, if one read did not arrive', async () => {
    const { a, b, reader, read } = makeTwo();
    await read();
    a.observe('size', 1);
    b.observe('size', 2);
    b.kv('queue', 7);
    (await reader.read('r')).giveBack();
    expect(await read()).toMatchObject({
      histograms: { size: { count: 2, sum: 3 } },
      max_gauges: { queue: 7 },
    });
  });

  it('give the windows of the others back, if one of them fails', async () => {
    const { a, sources } = makeTwo();
    a.kv('queue', 7);
    const failing = {
      window: () => Promise.reject(new Error('gone')),
    } as unknown as MetricsSource;
    const [first] = sources;
    const reader = new MetricsReader(new MergedSource([first!, failing]));
    await expect(reader.read('r')).rejects.toThrow('gone');
    expect((await new MetricsReader(first!).read('r')).metrics.max_gauges).toEqual({ queue: 7 });
  });

  it('have the process section of all processes together, in which the threads of one count once', async () => {
    const sources = [
      new RegistrySource(new TestRegistry(), () => factsOf(1, null, 100)),
      new RegistrySource(new TestRegistry(), () => factsOf(1, 3, 100)),
      new RegistrySource(new TestRegistry(), () => factsOf(2, null, null)),
    ];
    const { process, instance } = (await new MetricsReader(new MergedSource(sources)).read('r')).metrics;
    expect(process).toEqual({
      uptime: 2,
      num_fds: 20,
      max_fds: null,
      meminfo: { rss_bytes: 100, vsz_bytes: null },
      cpu: { user_time: 2, system_time: 4, percent: null, num_threads: 22 },
    });
    expect(instance).toMatchObject({ pid: 1, worker_id: null });
  });

  it('are two processes if they have the same pid on two hosts, whichever of them is read', async () => {
    const sources = [
      new RegistrySource(new TestRegistry(), () => factsOf(1, null, 100, 'a')),
      new RegistrySource(new TestRegistry(), () => factsOf(1, 3, 100, 'a')),
      new RegistrySource(new TestRegistry(), () => factsOf(1, null, 50, 'b')),
    ];
    for (const order of [sources, sources.toReversed()]) {
      const { process } = (await new MetricsReader(new MergedSource(order)).read('r')).metrics;
      expect(process).toMatchObject({
        num_fds: 20,
        meminfo: { rss_bytes: 150 },
        cpu: { user_time: 2, system_time: 4, num_threads: 22 },
      });
    }
  });

  it('are one process if they have the same pid and do not know their host', async () => {
    const sources = [null, 3].map(
      (worker) => new RegistrySource(new TestRegistry(), () => factsOf(1, worker, 100, null)),
    );
    const { process } = (await new MetricsReader(new MergedSource(sources)).read('r')).metrics;
    expect(process).toMatchObject({ num_fds: 10, meminfo: { rss_bytes: 100 } });
  });

  it('have the host in the label of a gauge of each process where two hosts have its pid', async () => {
    const facts = [
      factsOf(1, null, 1, 'a'),
      factsOf(1, 3, 1, 'a'),
      factsOf(1, null, 1, 'b'),
      factsOf(2, null, 1, 'b'),
    ];
    const sources = facts.map((one, at) => {
      const registry = new TestRegistry();
      registry.describe('queue', { aggregate: 'process' });
      registry.kv('queue', at);
      return new RegistrySource(registry, () => one);
    });
    const { gauges } = (await new MetricsReader(new MergedSource(sources)).read('r')).metrics;
    expect(gauges).toEqual({
      'queue{process="a:1"}': 0,
      'queue{process="a:1:3"}': 1,
      'queue{process="b:1"}': 2,
      'queue{process="2"}': 3,
    });
  });

  it('are the same in whatever order and grouping they are merged', async () => {
    const registries = [1, 2, 3].map((value) => {
      const registry = new TestRegistry();
      registry.count('jobs', value);
      registry.observe('size', value / 10);
      registry.kv('queue', value);
      return registry;
    });
    const [a, b, c] = registries.map(
      (registry, at) => new RegistrySource(registry, () => factsOf(at, null, 1)),
    );
    const read = async (...sources: (MetricsSource | undefined)[]) => {
      const given = sources.filter((source) => source !== undefined);
      const { instance: _first, ...rest } = (
        await new MetricsReader(new MergedSource(given)).read(String(reads++))
      ).metrics;
      return rest;
    };
    let reads = 0;
    const flat = await read(a, b, c);
    expect(flat).toMatchObject({
      counters: { jobs: 6 },
      gauges: { queue: 6 },
      histograms: { size: { count: 3 } },
    });
    expect(await read(c, b, a)).toEqual(flat);
    expect(await read(new MergedSource([c!, a!]), b)).toEqual(flat);
  });
});
