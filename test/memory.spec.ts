import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { HistogramValues, MonitorOptions } from '../src/index.js';
import { MonitorModule, MonitorService } from '../src/index.js';
import { startApp } from './support/app.js';
import { eventually } from './support/eventually.js';
import { linesOf } from './support/scripts.js';
import { present } from './support/present.js';

describe('memory', () => {
  const start = async (options?: MonitorOptions) => {
    const { app } = await startApp('fastify', { imports: [MonitorModule.forRoot(options)] });
    return app.get(MonitorService);
  };

  it('has no heap spaces unless they are asked for', async () => {
    const { gauges } = await (await start()).metrics();
    expect(Object.keys(gauges).filter((name) => name.startsWith('heap_'))).toEqual([
      'heap_limit_bytes',
      'heap_total_bytes',
      'heap_used_bytes',
    ]);
  });

  it('has the statistics of V8 about the heap and each of its spaces', async () => {
    const monitor = await start({ metrics: { exclude: [] } });
    const { gauges } = await monitor.metrics();
    const heap = getHeapStatistics();
    expect(gauges.heap_limit_bytes).toBe(heap.heap_size_limit);
    expect(gauges.heap_used_bytes).toBeGreaterThan(1e6);
    expect(gauges.heap_total_bytes).toBeGreaterThanOrEqual(present(gauges.heap_used_bytes));
    for (const { space_name } of getHeapSpaceStatistics()) {
      const space = (figure: string) => gauges[`heap_space_${figure}_bytes{space="${space_name}"}`];
      for (const figure of ['used', 'size', 'available', 'physical']) {
        expect(space(figure), `${space_name} ${figure}`).toBeGreaterThanOrEqual(0);
      }
      expect(space('size')).toBeGreaterThanOrEqual(present(space('used')));
    }
    const used = Object.entries(gauges).filter(([name]) => name.startsWith('heap_space_used_bytes{'));
    const sum = used.reduce((total, [, bytes]) => total + bytes, 0);
    expect(sum / present(gauges.heap_used_bytes)).toBeCloseTo(1, 1);
  });

  it('outside of the heap rises when a buffer is allocated', async () => {
    const monitor = await start();
    const { gauges: before } = await monitor.metrics();
    const buffer = Buffer.alloc(50e6, 1);
    const { gauges: after } = await monitor.metrics();
    for (const name of ['array_buffers_bytes', 'external_bytes']) {
      expect(present(after[name]) - present(before[name]), name).toBeGreaterThan(45e6);
    }
    expect(buffer[0]).toBe(1);
  });

  it('has the highest value between two reads, since it is sampled once a second', async () => {
    const monitor = await start();
    const HIGH = 123e9;
    const { gauges: before } = await monitor.metrics();
    await monitor.metrics('another');
    const memoryUsage = process.memoryUsage();
    const usage = vi.spyOn(process, 'memoryUsage').mockReturnValue({ ...memoryUsage, arrayBuffers: HIGH });
    onTestFinished(() => usage.mockRestore());
    // There is no read meanwhile, so this is the sample of the timer.
    const calls = usage.mock.calls.length;
    await eventually(() => expect(usage.mock.calls.length).toBeGreaterThan(calls));
    usage.mockReturnValue(memoryUsage);
    for (const reader of ['default', 'another']) {
      const { max_gauges, gauges } = await monitor.metrics(reader);
      expect(max_gauges.array_buffers_bytes, reader).toBe(HIGH);
      expect(gauges.array_buffers_bytes, reader).toBe(memoryUsage.arrayBuffers);
    }
    expect(before.array_buffers_bytes).toBeLessThan(HIGH);
  });
});

/** A garbage collection, as V8's profiler reports it. */
interface Collection {
  gcType: string;
}

describe('garbage collections', () => {
  it('are all counted, as by the profiler of V8, with the time that Node reports', async () => {
    const [line] = await linesOf('garbage.mjs');
    const { least, most, seconds, histograms } = line as {
      least: Collection[];
      most: Collection[];
      seconds: Record<string, [number, number]>;
      histograms: Record<string, HistogramValues>;
    };
    const NAMES: Record<string, string[]> = {
      minor: ['Scavenge', 'MinorMarkSweep'],
      major: ['MarkSweepCompact'],
      incremental: ['IncrementalMarking'],
      weakcb: ['ProcessWeakCallbacks'],
    };
    for (const [kind, names] of Object.entries(NAMES)) {
      const countIn = (all: Collection[]) => all.filter(({ gcType }) => names.includes(gcType)).length;
      const { count, sum } = present(histograms[`gc_duration{kind="${kind}"}`]);
      expect(count, kind).toBeGreaterThanOrEqual(countIn(least));
      expect(count, kind).toBeLessThanOrEqual(countIn(most));
      const [shortest, longest] = present(seconds[kind]);
      const ROUNDING = 1e-9;
      expect(sum, kind).toBeGreaterThanOrEqual(shortest - ROUNDING);
      expect(sum, kind).toBeLessThanOrEqual(longest + ROUNDING);
    }
    expect(histograms['gc_duration{kind="minor"}']?.count).toBeGreaterThan(3);
    expect(histograms['gc_duration{kind="major"}']?.count).toBeGreaterThanOrEqual(3);
  });
});
