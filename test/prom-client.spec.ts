import { NestFactory } from '@nestjs/core';
import * as promClient from 'prom-client';
import * as prometheusClient from '@prometheus-io/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MonitorModule, MonitorOptionsError, MonitorService } from '../src/index.js';
import { PromClientModule } from '../src/exporters/prom-client/index.js';
import { PromClientBridge } from '../src/exporters/prom-client/prom-client.bridge.js';
import { MetricsReader } from '../src/metrics/collection/reader.js';
import { moduleOf, startApp } from './support/app.js';
import { RecordingLogger } from './support/recording-logger.js';
import { twoRegistries } from './support/sources.js';

// It has the same API as prom-client, with slightly different types.
const CLIENTS = [
  { name: 'prom-client', client: promClient },
  { name: '@prometheus-io/client', client: prometheusClient as unknown as typeof promClient },
];

const startApplication = async (registry: promClient.Registry): Promise<Started> => {
  const imports = [MonitorModule.forRoot(), PromClientModule.forRoot({ registry })];
  const { app, log } = await startApp('express', { imports });
  return { monitor: app.get(MonitorService), log, close: () => app.close() };
};

const startTwoRegistries = (registry: promClient.Registry): Promise<Started> => {
  const two = twoRegistries();
  two.registry.ownCounter('requests_by_locality', { locality: 'public' });
  const warnings: string[] = [];
  const bridge = new PromClientBridge(two.source, 'prom-client:test', (text) => void warnings.push(text));
  bridge.start(registry);
  const monitor = new MonitorService(two.registry, new MetricsReader(two.source));
  return Promise.resolve({ monitor, log: { warnings }, close: () => Promise.resolve(bridge.stop()) });
};

interface Started {
  readonly monitor: MonitorService;
  readonly log: { readonly warnings: string[] };
  close(): Promise<void>;
}

const CASES = CLIENTS.flatMap((client) => [
  { ...client, from: 'an application', startFrom: startApplication },
  { ...client, from: 'two merged registries', startFrom: startTwoRegistries },
]);

describe.each(CASES)('in a registry of $name, from $from,', ({ client, startFrom }) => {
  const { Counter, Gauge, Registry } = client;

  const start = startFrom;
  const namesIn = (text: string) => Array.from(text.matchAll(/^# TYPE (\S+)/gm), ([, name]) => name);

  it("the monitor's metrics are there together with the application's own", async () => {
    const registry = new Registry();
    new Counter({ name: 'cats_total', help: 'Cats.', registers: [registry] }).inc(3);
    const { monitor } = await start(registry);
    monitor.count('orders', 2, { 'ki.nd': 'a "b"\n' });
    monitor.describe('size', { buckets: [1, 2.5] });
    for (const size of [1, 2, 3]) monitor.observe('size', size);
    monitor.kv('queue', 9);
    monitor.kv('queue', 4);
    const text = await registry.metrics();
    for (const line of [
      'cats_total 3',
      String.raw`orders_total{ki_nd="a \"b\"\n"} 2`,
      'size_bucket{le="2.5"} 2',
      'size_bucket{le="+Inf"} 3',
      'size_sum 6',
      'size_count 3',
      'queue 4',
      'queue_max 9',
      'process_threads ',
    ]) {
      expect(text).toContain(line);
    }
    expect(new Set(namesIn(text)).size).toBe(namesIn(text).length);
    // A metric that is new since the last scrape is in the next one.
    monitor.count('later');
    expect(await registry.metrics()).toContain('later_total 1');
  });

  it('a metric that the registry has itself stays as it is, whenever it was registered', async () => {
    const registry = new Registry();
    client.collectDefaultMetrics({ register: registry });
    const { monitor } = await start(registry);
    monitor.count('orders');
    expect(await registry.metrics()).toContain('orders_total 1');
    new Gauge({ name: 'orders_total', help: 'Orders.', registers: [registry] }).set(7);
    const text = await registry.metrics();
    const names = namesIn(text);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(['process_cpu_seconds_total', 'monitor_requests_total']));
    expect(text).toContain('orders_total 7');
    registry.clear();
  });

  it("a counter stands beside the application's gauge of the same stem, where the format allows it", async () => {
    const registry = new Registry();
    new Gauge({ name: 'jobs', help: 'Jobs now.', registers: [registry] }).set(7);
    const { monitor, log } = await start(registry);
    monitor.count('jobs', 3);
    const text = await registry.metrics();
    expect(text).toMatch(/^# TYPE jobs_total counter\njobs_total 3$/m);
    expect(text).toMatch(/^jobs 7$/m);
    expect(log.warnings).toEqual([]);
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
    const openMetrics = await registry.metrics();
    expect(openMetrics).toMatch(/^jobs 7$/m);
    expect(openMetrics).not.toContain('jobs_total');
    await registry.metrics();
    expect(log.warnings).toEqual([
      expect.stringMatching(
        /counter "jobs_total" of the monitor.*OpenMetrics.*has a gauge of its own named "jobs"/,
      ),
    ]);
  });

  it('a metric that is left out is logged once, with the one that has its name', async () => {
    const registry = new Registry();
    client.collectDefaultMetrics({ register: registry });
    onTestFinished(() => registry.clear());
    new Gauge({ name: 'orders_total', help: 'Orders.', registers: [registry] });
    new Counter({ name: 'mails_total', help: 'Mails.', registers: [registry] });
    const { monitor, log } = await start(registry);
    for (const name of ['orders', 'mails']) monitor.count(name);
    for (let scrape = 0; scrape < 2; scrape++) await registry.metrics();
    expect(log.warnings.toSorted()).toEqual([
      expect.stringMatching(/counter "mails_total" of the monitor.*counter of its own named "mails_total"/),
      expect.stringMatching(/counter "orders_total" of the monitor.*gauge of its own named "orders_total"/),
    ]);
  });

  it('a histogram with negative values has no sum in OpenMetrics, and has one in the text format', async () => {
    const registry = new Registry();
    const { monitor } = await start(registry);
    monitor.describe('drift', { buckets: [-1, 1] });
    for (const value of [-5, 0, 2]) monitor.observe('drift', value);
    expect(await registry.metrics()).toMatch(/^drift_sum -3$/m);
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
    const text = await registry.metrics();
    expect(text).toMatch(/^drift_bucket\{le="\+Inf"\} 3$/m);
    expect(text).not.toMatch(/^drift_(sum|count)/m);
  });

  it('they are there as JSON and in the OpenMetrics format too', async () => {
    const registry = new Registry();
    const { monitor } = await start(registry);
    monitor.count('orders', 2);
    const items = await registry.getMetricsAsJSON();
    expect(items.find(({ name }) => name === 'orders_total')).toMatchObject({
      type: 'counter',
      aggregator: 'sum',
      values: [{ value: 2, labels: {} }],
    });
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
    const text = await registry.metrics();
    expect(text).toMatch(/^# TYPE orders counter$/m);
    expect(text).toMatch(/^orders_total 2$/m);
    expect(text).toMatch(/# EOF\n$/);
    registry.setContentType(Registry.PROMETHEUS_CONTENT_TYPE);
    expect(await registry.metrics()).toMatch(/^# TYPE orders_total counter$/m);
  });

  it('they are there where it is merged with another, has default labels, and after resetMetrics()', async () => {
    const [registry, other] = [new Registry(), new Registry()];
    new Counter({ name: 'cats_total', help: 'Cats.', registers: [other] }).inc();
    const { monitor } = await start(registry);
    monitor.count('orders');
    const merged = Registry.merge([registry, other]);
    expect(await merged.metrics()).toMatch(/^orders_total 1$/m);
    monitor.count('orders');
    expect(await merged.metrics()).toMatch(/^orders_total 2$/m);
    registry.setDefaultLabels({ app: 'shop' });
    registry.resetMetrics();
    expect(await registry.metrics()).toMatch(/^orders_total\{app="shop"\} 2$/m);
  });

  it('they are gone when the registry is cleared, and when the application closes', async () => {
    const [cleared, closed] = [new Registry(), new Registry()];
    await start(cleared);
    const started = await start(closed);
    cleared.clear();
    expect((await cleared.metrics()).trim()).toBe('');
    expect(await closed.metrics()).toMatch(/^process_threads \d+$/m);
    await started.close();
    expect((await closed.metrics()).trim()).toBe('');
  });
});

it('a registry that is not one of prom-client fails the start with a clear error', () => {
  for (const options of [
    {},
    { registry: {} },
    { registry: null },
    { registry: new promClient.Registry(), x: 1 },
  ]) {
    expect(() => PromClientModule.forRoot(options as never)).toThrow(MonitorOptionsError);
  }
});

it('an application without HTTP that pushes a registry is not warned that nothing reads the metrics', async () => {
  const log = new RecordingLogger();
  const root = moduleOf({
    imports: [PromClientModule.forRoot({ registry: new promClient.Registry() }), MonitorModule.forRoot()],
  });
  const context = await NestFactory.createApplicationContext(root, { logger: log });
  onTestFinished(() => context.close());
  expect(log.warnings).toEqual([]);
});
