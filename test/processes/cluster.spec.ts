import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADAPTERS } from '../support/app.js';
import { Cluster } from '../support/cluster.js';

describe.each(ADAPTERS)('the workers of a cluster on %s', (adapter) => {
  let cluster: Cluster;
  /** What all workers together have counted. */
  let work = 0;

  beforeAll(async () => {
    cluster = await Cluster.start(adapter, 3);
  });

  afterAll(() => cluster.close());

  it('answer for all, whichever of them is read', async () => {
    work += await cluster.workInAll();
    const answered = new Set<number>();
    while (answered.size < 3) {
      const { counters, instance, processes, gauges } = await cluster.document();
      expect(counters.work).toBe(work);
      expect(processes?.map(({ pid, state }) => ({ pid, state })).sort((a, b) => a.pid - b.pid)).toEqual(
        [...cluster.pids].sort((a, b) => a - b).map((pid) => ({ pid, state: 'ok' })),
      );
      expect(processes?.[0]?.pid).toBe(instance.pid);
      expect(gauges['processes{state="ok"}']).toBe(3);
      answered.add(instance.pid);
    }
    const starts = new Set<string>();
    for (let i = 0; i < 3; i++) {
      const { body } = await cluster.request('/monitor/prometheus');
      expect(body).toMatch(new RegExp(`^work_total ${work}$`, 'm'));
      expect(body).toMatch(/^monitor_processes\{state="ended"\} 0$/m);
      starts.add(/^process_start_time_seconds .*$/m.exec(body)?.[0] ?? '');
    }
    // Otherwise, Prometheus would see a restart at each scrape.
    expect(starts.size).toBe(1);
    const [pid] = cluster.pids;
    const { body } = await cluster.request(`/monitor/prometheus?process=${pid}`);
    const { instance } = await cluster.document(`?process=${pid}`);
    expect(body).toContain(`process_start_time_seconds ${Date.parse(instance.start_time) / 1000}\n`);
  });

  it('have one window for each reader, whichever process it reads', async () => {
    await cluster.document('?reader=a');
    await cluster.document('?reader=b');
    const requests = await cluster.workInAll('?value=5');
    work += requests;
    expect((await cluster.document('?reader=a')).histograms.size).toMatchObject({ count: requests });
    for (let i = 0; i < 4; i++) {
      expect((await cluster.document('?reader=a')).histograms.size).toMatchObject({ count: 0 });
    }
    expect((await cluster.document('?reader=b')).histograms.size).toMatchObject({ count: requests });
    expect((await cluster.document('?reader=c')).histograms.size).toMatchObject({ count: requests });
  });

  it('can be read one by one, with windows of their own', async () => {
    for (const pid of cluster.pids) {
      const { instance, counters, processes } = await cluster.document(`?process=${pid}`);
      expect(instance.pid).toBe(pid);
      expect(processes).toEqual([expect.objectContaining({ pid, state: 'ok' })]);
      expect(counters.work).toBeLessThan(work);
      const { body } = await cluster.request(`/monitor/prometheus?process=${pid}`);
      expect(body).toMatch(new RegExp(`^work_total ${counters.work}$`, 'm'));
    }
    expect(await cluster.request('/monitor?process=1')).toMatchObject({ status: 404 });
    expect(await cluster.request('/monitor?process=x')).toMatchObject({ status: 400 });
  });

  it('keep the counts of one that is killed, and add those of one that takes its place', async () => {
    const before = await cluster.document('?reader=d');
    const [killed = 0] = cluster.pids;
    await cluster.end(killed);
    const after = await cluster.document('?reader=d');
    expect(after.counters.work).toBe(work);
    expect(after.counters.requests).toBeGreaterThanOrEqual(before.counters.requests ?? Infinity);
    expect(after.process.cpu.user_time).toBeGreaterThanOrEqual(before.process.cpu.user_time ?? Infinity);
    expect(after.processes).toContainEqual(expect.objectContaining({ pid: killed, state: 'ended' }));
    await cluster.fork();
    work += await cluster.workInAll();
    for (let i = 0; i < 3; i++) expect((await cluster.document()).counters.work).toBe(work);
    expect(cluster.log + cluster.errors).toContain(
      `Process ${killed} ended without closing its application.`,
    );
  });

  it('keep the counts of one that is closed, and deliver what it had not been asked for', async () => {
    await cluster.document('?reader=e');
    const requests = await cluster.workInAll('?value=7');
    work += requests;
    const [closed = 0] = cluster.pids;
    await cluster.end(closed, 'SIGTERM');
    const after = await cluster.document('?reader=e');
    expect(after.counters.work).toBe(work);
    expect(after.histograms.size).toMatchObject({ count: requests });
    expect((await cluster.document('?reader=e')).histograms.size).toMatchObject({ count: 0 });
    expect(cluster.log + cluster.errors).not.toContain(`Process ${closed}`);
  });
});

describe('a publisher in a cluster', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await Cluster.start('express', 3, { publish: true, publishInterval: 500 });
  });

  afterAll(() => cluster.close());

  it('is called in one process, with the numbers of all, and in another one when that is killed', async () => {
    const publishes = () => cluster.events.filter(({ event }) => event === 'publish');
    const work = await cluster.workInAll('?value=1');
    await cluster.until(() => publishes().some((one) => one.work === work));
    const publishers = new Set(publishes().map(({ pid }) => pid));
    expect(publishers.size).toBe(1);
    // All values, each once, whichever publish brought them.
    const sizes = () => publishes().reduce((sum, { size = 0 }) => sum + size, 0);
    expect(sizes()).toBe(work);
    const [publisher = 0] = publishers;
    await cluster.end(publisher);
    const more = await cluster.workInAll('?value=1');
    await cluster.until(() => publishes().some((one) => one.work === work + more));
    expect(new Set(publishes().map(({ pid }) => pid)).size).toBe(2);
    expect(sizes()).toBe(work + more);
    // Processes that close leave the last publish to the one that closes last.
    const [closed = 0] = cluster.pids;
    const last = await cluster.workInAll('?value=1');
    for (const pid of [closed, ...[...cluster.pids].filter((one) => one !== closed)])
      await cluster.end(pid, 'SIGTERM');
    expect(publishes().at(-1)?.work).toBe(work + more + last);
    expect(sizes()).toBe(work + more + last);
  });
});
