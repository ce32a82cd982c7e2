import { describe, expect, it } from 'vitest';
import type { Measurement, MonitorService as Service } from '../src/index.js';
import { MonitorService } from '../src/index.js';
import { MetricsReader } from '../src/metrics/collection/reader.js';
import { RegistrySource } from '../src/metrics/source/registry-source.js';
import type { DocumentFacts, ProcessMetrics } from '../src/metrics/collection/snapshot.js';
import { TestRegistry } from './support/registry.js';
import { first } from './support/present.js';

const PROCESS = { uptime: 1 } as ProcessMetrics;

function makeMonitor() {
  const registry = new TestRegistry();
  const facts = () => ({ process: PROCESS }) as DocumentFacts;
  return new MonitorService(registry, new MetricsReader(new RegistrySource(registry, facts)));
}

async function metricsOf(monitor: Service, reader?: string): Promise<readonly Measurement[]> {
  return (await monitor.measurements(reader)).metrics.metrics;
}

const histogramOf = (metrics: readonly Measurement[]) => {
  const metric = metrics.find(({ kind }) => kind === 'histogram');
  return metric?.kind === 'histogram' ? metric.series[0] : undefined;
};

describe('the measurements', () => {
  it('have each metric with its kind, its description and all its series', async () => {
    const before = Date.now();
    const monitor = makeMonitor();
    monitor.describe('orders', { help: 'What was ordered', unit: 'orders' });
    monitor.count('orders', 2, { kind: 'b' });
    monitor.count('orders', 1);
    monitor.count('orders', 4, { kind: 'a' });
    for (const length of [3, 9, 5]) monitor.kv('queue', length);
    monitor.gauge('never_set');
    const { metrics, process, startTime, time } = (await monitor.measurements()).metrics;
    expect(process).toBe(PROCESS);
    expect(startTime).toBeGreaterThanOrEqual(before);
    expect(time).toBeGreaterThanOrEqual(startTime);
    expect(metrics).toEqual([
      {
        kind: 'counter',
        name: 'orders',
        description: { help: 'What was ordered', unit: 'orders' },
        series: [
          { labels: {}, labelsText: '', value: 1 },
          { labels: { kind: 'a' }, labelsText: '{kind="a"}', value: 4 },
          { labels: { kind: 'b' }, labelsText: '{kind="b"}', value: 2 },
        ],
      },
      {
        kind: 'gauge',
        name: 'queue',
        description: {},
        series: [{ labels: {}, labelsText: '', value: 5, extremes: { min: 3, max: 9 } }],
      },
    ]);
  });

  it('have labels as they were given, whatever is in them', async () => {
    const monitor = makeMonitor();
    const given = [
      { a: '1', 'b c': '"x"', '"': '\\', d: 'line\nfeed' },
      { empty: '', 'na"me': 'v', '{': '}', '=': '=,"' },
      JSON.parse('{ "__proto__": "a label", "constructor": "x" }'),
      { 'with space': 'and, comma', 'ends\\': 'ends\\' },
    ] as unknown as Record<string, string>[];
    for (const labels of given) monitor.count('odd', 1, labels);
    const { series } = first(await metricsOf(monitor));
    const asText = (labels: object) =>
      JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    expect(new Set(series.map(({ labels }) => asText(labels)))).toEqual(new Set(given.map(asText)));
  });

  it('have all of a histogram, and what came since this reader last looked', async () => {
    const monitor = makeMonitor();
    monitor.observe('wait', 1);
    await metricsOf(monitor, 'other');
    expect(histogramOf(await metricsOf(monitor))?.interval.count).toBe(1);
    for (const value of [5, 7]) monitor.observe('wait', value);
    const seen = histogramOf(await metricsOf(monitor));
    expect([seen?.total.count, seen?.total.sum, seen?.total.min]).toEqual([3, 13, 1]);
    expect([seen?.interval.count, seen?.interval.sum, seen?.interval.min]).toEqual([2, 12, 5]);
    expect(histogramOf(await metricsOf(monitor, 'other'))?.interval.count).toBe(2);
  });

  it('that are given back come again with what came since', async () => {
    const monitor = makeMonitor();
    monitor.kv('queue', 9);
    monitor.observe('wait', 1);
    (await monitor.measurements()).giveBack();
    monitor.kv('queue', 2);
    monitor.observe('wait', 2);
    const metrics = await metricsOf(monitor);
    expect(metrics[0]?.series).toMatchObject([{ value: 2, extremes: { min: 2, max: 9 } }]);
    expect(histogramOf(metrics)?.interval.count).toBe(2);
  });

  it('are not counted twice however many other readers come and go', async () => {
    const monitor = makeMonitor();
    monitor.observe('wait', 1);
    await metricsOf(monitor);
    for (let i = 0; i < 50; i++) await monitor.metrics(`scanner-${i}`);
    expect(histogramOf(await metricsOf(monitor))?.interval.count).toBe(0);
  });
});

it('time() of a promise returns the promise, and says that it wants the function', async () => {
  const monitor = makeMonitor();
  const work = Promise.resolve(7);
  expect(monitor.time('t', work as unknown as () => number)).toBe(work);
  const metrics = await metricsOf(monitor);
  expect(metrics.map(({ name }) => name)).toEqual(['monitor_rejected_samples']);
});
