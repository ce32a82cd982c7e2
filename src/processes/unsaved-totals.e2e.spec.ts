import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { joinGroup } from '../../test/support/group-member.js';
import { MonitorMetricProducer } from '../exporters/opentelemetry/index.js';
import type { MonitorMetricProducerOptions } from '../exporters/opentelemetry/index.js';
import { AggregationTemporality } from '../exporters/opentelemetry/otel-enums.js';

type Member = Awaited<ReturnType<typeof joinGroup>>;

/** Nothing can be saved: there is a directory in place of the file, to which not even root can write. */
function blockSaves({ group }: Member): void {
  const totals = group.directory.totalsOf(group.name);
  rmSync(totals);
  mkdirSync(totals);
}

function allowSaves({ group }: Member): void {
  rmSync(group.directory.totalsOf(group.name), { recursive: true });
}

function valueOf({ scopeMetrics }: ResourceMetrics, name: string): unknown {
  const metrics = scopeMetrics.flatMap((scope) => scope.metrics);
  return metrics.find(({ descriptor }) => descriptor.name === name)?.dataPoints[0]?.value;
}

describe('while the totals of a process cannot be saved', () => {
  let directory: string;
  let a: Member;
  let b: Member;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'nm-'));
    const path = join(directory, 'g');
    [a, b] = [await joinGroup(path), await joinGroup(path)];
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** A window of a publisher. */
  const publish = async ({ reader }: Member) => (await reader.read('publisher:1', true)).metrics;

  it('a publisher gets no window, and then one with everything since the last', async () => {
    a.registry.count('work', 1);
    b.registry.count('work', 2);
    a.registry.kv('level', 90);
    b.registry.kv('level', 9);
    a.registry.kv('level', 1);
    b.registry.kv('level', 10);
    a.registry.observe('size', 1);
    b.registry.observe('size', 2);
    // Any read ends the segment of a gauge. The first window of the publisher still reaches back to the start.
    await a.read();
    blockSaves(a);
    await expect(publish(a)).rejects.toThrow('EISDIR');
    await expect(publish(a)).rejects.toThrow('EISDIR');
    allowSaves(a);
    const first = await publish(a);
    expect(first).toMatchObject({ counters: { work: 3 }, histograms: { size: { count: 2, max: 2 } } });
    expect(first.max_gauges.level).toBe(90);

    b.registry.kv('level', 70);
    b.registry.kv('level', 10);
    b.registry.observe('size', 3);
    blockSaves(a);
    await expect(publish(a)).rejects.toThrow('EISDIR');
    a.registry.observe('size', 4);
    allowSaves(a);
    const second = await publish(a);
    expect(second).toMatchObject({
      counters: { work: 3 },
      histograms: { size: { count: 2, min: 3, max: 4 } },
    });
    expect(second.max_gauges.level).toBe(70);
    expect((await publish(a)).histograms.size).toMatchObject({ count: 0 });
  });

  it('a reader of the document gets the numbers of that process, and those of the others with its next read', async () => {
    await a.read();
    a.registry.observe('size', 1);
    b.registry.observe('size', 2);
    blockSaves(a);
    expect((await a.read()).histograms.size).toMatchObject({ count: 1 });
    allowSaves(a);
    expect((await a.read()).histograms.size).toMatchObject({ count: 1, max: 2 });
  });

  it.each<[string, MonitorMetricProducerOptions, number[]]>([
    ['DELTA', { temporality: AggregationTemporality.DELTA }, [110, 7]],
    ['CUMULATIVE', { temporality: AggregationTemporality.CUMULATIVE }, [110, 117]],
  ])('OpenTelemetry gets nothing twice, and no sum that is too low (%s)', async (_name, options, values) => {
    const { reader, source } = a;
    const monitor = {
      measurements: (name: string) => reader.measurements(name),
      pushes: () => source.pushes(),
    };
    const producer = new MonitorMetricProducer(monitor, options);
    const exported: unknown[] = [];
    const collect = async () => {
      const { resourceMetrics, errors } = await producer.collect();
      if (errors.length > 0) expect(resourceMetrics.scopeMetrics).toEqual([]);
      else exported.push(valueOf(resourceMetrics, 'work'));
      return errors.length;
    };
    a.registry.count('work', 10);
    b.registry.count('work', 100);
    expect(await collect()).toBe(0);
    blockSaves(a);
    a.registry.count('work', 3);
    b.registry.count('work', 4);
    expect([await collect(), await collect()]).toEqual([1, 1]);
    allowSaves(a);
    expect(await collect()).toBe(0);
    expect(exported).toEqual(values);
  });

  it('a process that is alone goes on publishing: its numbers are those of the group', async () => {
    const alone = await joinGroup(join(directory, 'alone'));
    alone.registry.count('work', 1);
    blockSaves(alone);
    alone.registry.count('work', 2);
    expect(await alone.source.pushes()).toBe(true);
    expect((await publish(alone)).counters.work).toBe(3);
    allowSaves(alone);
    expect((await publish(alone)).counters.work).toBe(3);
  });

  it('no other process publishes, if it cannot find out whether it is its turn', async () => {
    await Promise.all([a.read(), b.read()]);
    for (const one of [a, b]) vi.spyOn(one.group.directory, 'create').mockRejectedValue(new Error('ENOSPC'));
    expect([await a.source.pushes(), await b.source.pushes()]).toEqual([false, false]);
    vi.restoreAllMocks();
    expect([await a.source.pushes(), await b.source.pushes()]).toEqual([true, false]);
    for (const one of [a, b]) vi.spyOn(one.group.directory, 'create').mockRejectedValue(new Error('ENOSPC'));
    // The process that published before goes on.
    expect([await a.source.pushes(), await b.source.pushes()]).toEqual([true, false]);
    vi.restoreAllMocks();
  });

  it('a process does not publish if it cannot read what another one has sent before', async () => {
    expect(await b.source.pushed.load('publisher:1')).toBeUndefined();
    await a.source.pushed.save('publisher:1', 'sent');
    expect(await b.source.pushed.load('publisher:1')).toBe('sent');
    const [state = ''] = readdirSync(a.group.directory.path).filter((name) => name.startsWith('pushed-'));
    rmSync(a.group.directory.in(state));
    mkdirSync(a.group.directory.in(state));
    await expect(b.source.pushed.load('publisher:1')).rejects.toThrow('EISDIR');
  });

  it('what a process that has ended recorded last is published when there is room again', async () => {
    const c = await joinGroup(join(directory, 'g'));
    await publish(a);
    b.registry.observe('size', 2);
    c.registry.observe('size', 3);
    await c.leave();
    vi.spyOn(a.group.directory, 'createOnce').mockRejectedValueOnce(new Error('ENOSPC'));
    await expect(publish(a)).rejects.toThrow('ENOSPC');
    blockSaves(a);
    await expect(publish(a)).rejects.toThrow('EISDIR');
    allowSaves(a);
    expect((await publish(a)).histograms.size).toMatchObject({ count: 2, min: 2, max: 3 });
    expect((await publish(a)).histograms.size).toMatchObject({ count: 0 });
  });
});
