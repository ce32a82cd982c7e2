import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startAgent } from '../support/dogstatsd.js';
import { eventually } from '../support/eventually.js';
import { readFamilies } from '../support/metric-families.js';
import { startCollector } from '../support/otlp.js';
import { WorkProcesses } from '../support/work-processes.js';

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'nm-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const PROTOBUF =
  'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';

it('processes that were started one by one answer for all, by the name of their group', async () => {
  const directory = temporaryDirectory();
  // The longest names that are allowed: the path of a socket must still fit.
  const options = { processes: { group: 'g'.repeat(40), directory: directory.padEnd(40, 'x') } };
  onTestFinished(() => rmSync(options.processes.directory, { recursive: true, force: true }));
  const processes = await WorkProcesses.listen();
  const [first, second] = await Promise.all([
    processes.start('express', options),
    processes.start('fastify', options),
  ]);
  await processes.request(first, '/work?count=2&value=1');
  await processes.request(second, '/work?count=40&value=3');
  for (const pid of processes.pids) {
    const { counters, gauges, instance } = await processes.document(pid);
    expect(counters.work).toBe(42);
    expect(gauges.level).toBe(4);
    expect(instance.pid).toBe(pid);
    expect((await processes.document(pid, `?process=${second}`)).counters.work).toBe(40);
    const text = (await processes.request(pid, '/monitor/prometheus')).toString();
    expect(text).toMatch(/^work_total 42$/m);
    expect(text).toMatch(/^size_count 2$/m);
    expect(text).toMatch(/^size_sum 4$/m);
    const families = readFamilies(await processes.request(pid, '/monitor/prometheus', { accept: PROTOBUF }));
    expect(families.get('work_total')?.metrics[0]?.value).toBe(42);
    const size = families.get('size')?.metrics[0]?.histogram;
    expect([size?.count, size?.sum, size?.positive.size]).toEqual([2, 4, 2]);
  }
  await processes.end(second);
  expect((await processes.document(first)).counters.work).toBe(42);
  await processes.end(first, 'SIGTERM');
  // The last process removes all files of the group.
  expect(readdirSync(options.processes.directory)).toEqual([]);
  expect(processes.log).toContain(`Process ${second} ended`);
});

it('StatsD, OpenTelemetry and publishers get the sums from one of them; if it is killed, from another one within two intervals', async () => {
  const [agent, collector] = [await startAgent(), await startCollector()];
  // Longer than a process waits for another one, which may be late on a busy machine.
  const interval = 2000;
  const options = {
    processes: { group: 'shop', directory: temporaryDirectory() },
    statsd: agent.port,
    otlp: true,
    publish: true,
    publishInterval: interval,
  };
  const env = {
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: collector.url,
    OTEL_METRIC_EXPORT_INTERVAL: String(interval),
    OTEL_METRIC_EXPORT_TIMEOUT: String(interval),
  };
  const processes = await WorkProcesses.listen();
  await Promise.all(
    ['express', 'fastify', 'express'].map((adapter) => processes.start(adapter, options, env)),
  );

  let work = 0;
  let sizes = 0;
  const workInAll = async () => {
    for (const pid of processes.pids) {
      work += pid;
      sizes++;
      await processes.request(pid, `/work?count=${pid}&value=2`);
    }
  };
  const publishes = () => processes.events.filter(({ event }) => event === 'publish');
  const exportsOf = (pid: number) =>
    collector.requests.filter(({ resource }) => resource['process.pid'] === pid);
  const exported = () =>
    collector.requests.flatMap(({ resource, metric }) => {
      const value = metric('work')?.points[0]?.value;
      return value === undefined ? [] : [{ pid: Number(resource['process.pid']), value }];
    });
  const everywhere = () =>
    eventually(() => {
      expect(agent.totals()).toMatchObject({ work, 'size.count': sizes });
      expect(exported().at(-1)?.value).toBe(work);
      expect(publishes().at(-1)?.work).toBe(work);
    });

  await workInAll();
  await everywhere();
  const leaders = new Set([...publishes(), ...exported()].map(({ pid }) => pid));
  expect(leaders.size).toBe(1);
  expect(publishes().reduce((sum, { size = 0 }) => sum + size, 0)).toBe(sizes);

  const [killed = 0] = leaders;
  const before = new Map(processes.pids.map((pid) => [pid, exportsOf(pid).length]));
  await processes.end(killed);
  const since = processes.events.length;
  await workInAll();
  await everywhere();
  const heirs = new Set([...publishes(), ...exported()].map(({ pid }) => pid));
  heirs.delete(killed);
  expect(heirs.size).toBe(1);
  const [heir = 0] = heirs;
  // Measured by its own intervals, not by the clock: the machine may be busy.
  const own = processes.events.slice(since).filter(({ pid }) => pid === heir);
  const intervals = own.slice(
    0,
    own.findIndex(({ event }) => event === 'publish'),
  );
  expect(intervals.filter(({ event }) => event === 'interval').length).toBeLessThanOrEqual(2);
  const later = exportsOf(heir).slice(before.get(heir));
  expect(later.findIndex(({ metrics }) => metrics.length > 0)).toBeLessThanOrEqual(2);
  // Nothing was sent twice, and nothing is missing.
  expect(publishes().reduce((sum, { size = 0 }) => sum + size, 0)).toBe(sizes);
  expect(agent.totals()).toMatchObject({ work, 'size.count': sizes });
});

it('where the directory for temporary files cannot be used, each process answers for itself, with one warning', async () => {
  const processes = await WorkProcesses.listen();
  const pid = await processes.start('express', { processes: { group: 'shop' } }, { TMPDIR: '/proc/none' });
  await processes.request(pid, '/work');
  const document = JSON.parse((await processes.request(pid, '/monitor')).toString()) as { counters: object };
  expect(document).toMatchObject({ counters: { work: 1 } });
  expect(document).not.toHaveProperty('processes');
  expect(processes.log.match(/The numbers of the processes are not merged/g)).toHaveLength(1);
});
