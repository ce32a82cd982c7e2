import { diag, DiagLogLevel } from '@opentelemetry/api';
import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { DataPoint, IMetricReader, MetricProducer } from '@opentelemetry/sdk-metrics';
import {
  AggregationTemporality,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { MonitorMetricProducerOptions } from '../src/exporters/opentelemetry/index.js';
import { MonitorMetricProducer, monitorResourceAttributes } from '../src/exporters/opentelemetry/index.js';
import { BUILT_IN_METRICS } from '../src/metrics/definitions/built-in-metrics.js';
import { indexOf } from '../src/metrics/histogram/exponential-layout.js';
import { MetricsReader } from '../src/metrics/collection/reader.js';
import { MonitorModule, MonitorOptionsError, MonitorService } from '../src/index.js';
import { startApp } from './support/app.js';
import { startCollector } from './support/otlp.js';
import type { TestSource } from './support/sources.js';
import { oneRegistry, SOURCES } from './support/sources.js';
import { first, last, only, present } from './support/present.js';

const { DELTA, CUMULATIVE } = AggregationTemporality;

/** A monitor without an application. */
function monitorOf({ registry, process, source }: TestSource) {
  return { registry, process, monitor: new MonitorService(registry, new MetricsReader(source)) };
}

/** A pipeline as a user sets it up; `export()` is what the SDK does every minute. */
async function pipeline(
  monitor: MonitorService,
  options?: MonitorMetricProducerOptions,
  Exporter: typeof ProtobufExporter | typeof JsonExporter = ProtobufExporter,
) {
  const collector = await startCollector();
  const exporter = new Exporter({ url: collector.url });
  const metricProducers = [new MonitorMetricProducer(monitor, options)];
  const reader = new PeriodicExportingMetricReader({ exporter, metricProducers, exportIntervalMillis: 1e8 });
  const resource = resourceFromAttributes({ 'service.name': 'shop', ...monitorResourceAttributes() });
  const provider = new MeterProvider({ resource, readers: [reader] });
  onTestFinished(() => provider.shutdown().catch(() => {}));
  return {
    collector,
    provider,
    flush: () => reader.forceFlush(),
    export: async () => {
      await reader.forceFlush();
      return last(collector.requests);
    },
  };
}

const VALUES = [0.001, 0.001, 0.25, 0.26, 3, 0, 12_345.678];

describe.each(SOURCES)('from $from', ({ makeSource }) => {
  const makeMonitor = () => monitorOf(makeSource());

  describe.each([
    ['protobuf', ProtobufExporter],
    ['JSON', JsonExporter],
  ])('over OTLP in %s', (_encoding, Exporter) => {
    it('a histogram arrives as an exponential histogram with the same buckets', async () => {
      const { monitor } = makeMonitor();
      for (const value of VALUES) monitor.observe('wait', value, { queue: 'mail' });
      const { metric } = await (await pipeline(monitor, {}, Exporter)).export();
      const wait = metric('wait');
      expect(wait).toMatchObject({ type: 'exponentialHistogram', temporality: 2 });
      const point = only(wait?.points ?? []);
      expect(point).toMatchObject({ attributes: { queue: 'mail' }, scale: 5, count: 7, zeroCount: 1 });
      expect(point).toMatchObject({ min: 0, max: 12_345.678, sum: VALUES.reduce((a, b) => a + b) });
      const { offset, counts } = point.positive ?? { offset: 0, counts: [] };
      expect(counts).toHaveLength(indexOf(12_345.678) - indexOf(0.001) + 1);
      const filled = counts.flatMap((count, i) => (count > 0 ? [[offset + i, count]] : []));
      expect(filled).toEqual([
        [indexOf(0.001), 2],
        [indexOf(0.25), 1],
        [indexOf(0.26), 1],
        [indexOf(3), 1],
        [indexOf(12_345.678), 1],
      ]);
    });

    it('counters, gauges with their extremes and the resource arrive', async () => {
      const { monitor } = makeMonitor();
      monitor.describe('bytes_sent', { help: 'What was sent', unit: 'bytes' });
      monitor.count('bytes_sent', 300, { to: 'a "b"\n' });
      for (const length of [7, 1, 3]) monitor.kv('queue', length);
      const { metric, resource } = await (await pipeline(monitor, {}, Exporter)).export();
      expect(metric('bytes_sent')).toMatchObject({
        type: 'sum',
        isMonotonic: true,
        temporality: 2,
        unit: 'By',
        description: 'What was sent',
        scope: 'nestjs-monitor/application',
        points: [{ attributes: { to: 'a "b"\n' }, value: 300 }],
      });
      const values = ['queue', 'queue.min', 'queue.max'].map((name) => metric(name)?.points[0]?.value);
      expect(values).toEqual([3, 1, 7]);
      expect(metric('queue')?.type).toBe('gauge');
      expect(resource).toMatchObject({
        'service.name': 'shop',
        'host.name': hostname(),
        'process.pid': process.pid,
        'process.runtime.name': 'nodejs',
        'process.runtime.version': process.versions.node,
        'service.instance.id': expect.stringMatching(/^[\da-f-]{36}$/),
      });
    });
  });

  describe('a histogram with negative values', () => {
    it('has its negative buckets, and no sum, as the protocol requires', async () => {
      const { monitor } = makeMonitor();
      for (const value of [-2.5, -2.5, -0.5, 0, 4]) monitor.observe('drift', value);
      const { metric } = await (await pipeline(monitor)).export();
      const point = only(metric('drift')?.points ?? []);
      expect(point).toMatchObject({ count: 5, zeroCount: 1, min: -2.5, max: 4, sum: undefined });
      expect(point.negative?.offset).toBe(indexOf(0.5));
      expect(point.negative?.counts[0]).toBe(1);
      expect(point.negative?.counts.at(-1)).toBe(2);
      expect(point.positive).toEqual({ offset: indexOf(4), counts: [1] });
    });
  });

  describe('the times of data points', () => {
    const nanoseconds = (ms: number) => ms * 1e6;

    it('are from the start to each collection where the temporality is cumulative, with all values so far', async () => {
      const before = Date.now();
      const { monitor, process } = makeMonitor();
      const { export: exportNow } = await pipeline(monitor);
      const seen = [];
      for (let round = 1; round <= 3; round++) {
        monitor.count('orders', 2);
        monitor.observe('wait', round);
        process.uptime += 0.37;
        const { metric } = await exportNow();
        seen.push([
          metric('orders')?.points[0],
          metric('wait')?.points[0],
          metric('process.cpu.time')?.points[0],
        ]);
      }
      expect(seen.map(([orders, wait]) => [orders?.value, wait?.count])).toEqual([
        [2, 1],
        [4, 2],
        [6, 3],
      ]);
      expect(seen.map(([, wait]) => [wait?.min, wait?.max])).toEqual([
        [1, 1],
        [1, 2],
        [1, 3],
      ]);
      const starts = seen.map(([orders, wait]) => [orders?.start, wait?.start]).flat();
      expect(new Set(starts).size).toBe(1);
      expect(starts[0]).toBeGreaterThanOrEqual(nanoseconds(before));
      for (const [orders] of seen) {
        expect(orders?.time).toBeGreaterThanOrEqual(orders?.start ?? Infinity);
        expect(orders?.time).toBeLessThanOrEqual(nanoseconds(Date.now()));
      }
      const processStarts = new Set(seen.map(([, , cpu]) => cpu?.start));
      expect(processStarts.size).toBe(1);
      const [processStart = 0] = processStarts;
      expect(processStart).toBeLessThan(nanoseconds(before - 59_000));
    });

    it('are from the previous collection to this one where it is delta, with the values in between', async () => {
      const { monitor, process } = makeMonitor();
      const { export: exportNow, collector } = await pipeline(monitor, { temporality: DELTA });
      const orders: [number | undefined, number | undefined][] = [];
      for (const added of [[3, 0.1, 5], [2], [], [4, 4]]) {
        for (const value of added) {
          monitor.count('orders', value);
          monitor.observe('wait', value);
        }
        process.cpu.user_time += 1;
        const { metric } = await exportNow();
        const counted = metric('orders')?.points[0];
        const waits = metric('wait')?.points[0];
        orders.push([counted?.value, waits?.count]);
        expect(waits?.max).toBe(added.length > 0 ? Math.max(...added) : undefined);
        const buckets = waits?.positive?.counts.reduce((a, b) => a + b);
        expect(buckets).toBe(added.length > 0 ? added.length : undefined);
      }
      expect(orders).toEqual([
        [8.1, 3],
        [expect.closeTo(2, 9), 1],
        [undefined, undefined],
        [expect.closeTo(8, 9), 2],
      ]);
      const cpu = collector.requests.map(({ metric }) => metric('process.cpu.time'));
      const user = cpu.map((metric) =>
        metric?.points.find(({ attributes }) => attributes['cpu.mode'] === 'user'),
      );
      expect(user.map((point) => point?.value)).toEqual([3, 1, 1, 1]);
      expect(user.map((point) => point?.start).slice(1)).toEqual(
        user.map((point) => point?.time).slice(0, -1),
      );
      expect(cpu.map((metric) => metric?.temporality)).toEqual([1, 1, 1, 1]);
      expect(collector.requests[3]?.metric('process.memory.usage')).toMatchObject({
        type: 'sum',
        isMonotonic: false,
        temporality: 2,
      });
    });

    it('are the increases of the process where the application has a counter of such a name', async () => {
      const { monitor, process } = makeMonitor();
      const { export: exportNow } = await pipeline(monitor, { temporality: DELTA });
      const seen = [];
      for (const added of [5, 1]) {
        monitor.count('process.cpu.user_time', added);
        process.cpu.user_time += 1;
        const { metric } = await exportNow();
        const user = metric('process.cpu.time')?.points.find(
          ({ attributes }) => attributes['cpu.mode'] === 'user',
        );
        seen.push([user?.value, metric('process.cpu.user_time')?.points[0]?.value]);
      }
      expect(seen).toEqual([
        [3, 5],
        [1, 1],
      ]);
    });

    it('do not change with other producers and readers, each of which has its own window', async () => {
      const { monitor } = makeMonitor();
      const cumulative = await pipeline(monitor);
      const delta = await pipeline(monitor, { temporality: DELTA });
      const numbers = [];
      for (let round = 1; round <= 3; round++) {
        monitor.observe('wait', round);
        monitor.kv('queue', round);
        await monitor.metrics();
        await monitor.measurements();
        const [a, b] = [await cumulative.export(), await delta.export()];
        numbers.push(
          [a, b].map(({ metric }) => [
            metric('wait')?.points[0]?.count,
            metric('queue.max')?.points[0]?.value,
          ]),
        );
      }
      expect(numbers).toEqual([
        [[1, 1], [1, 1]],
        [[2, 2], [1, 2]],
        [[3, 3], [1, 3]],
      ]); // prettier-ignore
    });

    it('do not overlap for simultaneous collections, which count nothing twice', async () => {
      const { monitor } = makeMonitor();
      const producer = new MonitorMetricProducer(monitor, { temporality: DELTA });
      monitor.count('orders', 5);
      const results = await Promise.all([producer.collect(), producer.collect(), producer.collect()]);
      const names = results.map(({ resourceMetrics: { scopeMetrics } }) =>
        scopeMetrics.flatMap(({ metrics }) => metrics.map(({ descriptor }) => descriptor.name)),
      );
      expect(names.map((some) => some.includes('orders'))).toEqual([true, false, false]);
    });
  });

  describe('a collection that fails', () => {
    it('does not reject, returns the error, and the next one has its values too', async () => {
      const { monitor } = makeMonitor();
      monitor.count('orders');
      monitor.observe('wait', 1);
      let isBroken = true;
      const producer = new MonitorMetricProducer(
        {
          measurements: async (reader) => {
            const reading = await monitor.measurements(reader);
            if (!isBroken) return reading;
            const metrics = new Proxy(reading.metrics.metrics, {
              get: (target, key) => {
                if (key === Symbol.iterator) throw new Error('broken');
                return Reflect.get(target, key) as unknown;
              },
            });
            return { ...reading, metrics: { ...reading.metrics, metrics } };
          },
        },
        { temporality: DELTA },
      );
      const failed = await producer.collect();
      expect(failed.errors).toEqual([new Error('broken')]);
      expect(failed.resourceMetrics.scopeMetrics).toEqual([]);
      isBroken = false;
      const { errors, resourceMetrics } = await producer.collect();
      expect(errors).toEqual([]);
      const application = present(resourceMetrics.scopeMetrics[1]).metrics;
      expect(application.map(({ dataPoints }) => first<DataPoint<unknown>>(dataPoints).value)).toEqual([
        1,
        expect.objectContaining({ count: 1 }),
      ]);
    });

    it.each<[string, unknown]>([
      ['temporality', 'delta'],
      ['histograms', 'native'],
      ['extremes', 1],
      ['urlScheme', 'ftp'],
      ['views', []],
    ])('throws in the constructor for an invalid option %s', (option, value) => {
      const make = () => new MonitorMetricProducer(makeMonitor().monitor, { [option]: value });
      expect(make).toThrow(MonitorOptionsError);
      expect(make).toThrow(`opentelemetry.${option}`);
    });
  });

  describe('the semantic conventions', () => {
    it('are followed by the metrics of the HTTP server', async () => {
      const { registry, monitor } = makeMonitor();
      const request = { method: 'GET', route: '/cats/:id', status: '200' };
      registry.ownHistogram('http_request_duration', request).observe(0.02);
      registry.ownHistogram('http_request_duration', { ...request, status: '503' }).observe(0.03);
      registry
        .ownHistogram('http_request_duration', { method: '_OTHER', route: 'unmatched', status: 'aborted' })
        .observe(0.04);
      const [get, post] = ['GET', 'POST'].map((method) =>
        registry.ownGauge('http_requests_in_flight_by_method', 0, { method, scheme: 'http' }),
      );
      get?.set(2);
      post?.set(1);
      const { metric } = await (await pipeline(monitor)).export();
      const duration = metric('http.server.request.duration');
      expect(duration).toMatchObject({ unit: 's', scope: 'nestjs-monitor' });
      const common = { 'http.request.method': 'GET', 'http.route': '/cats/:id', 'url.scheme': 'http' };
      expect(duration?.points.map(({ attributes }) => attributes)).toEqual([
        { ...common, 'http.response.status_code': 200 },
        { ...common, 'http.response.status_code': 503, 'error.type': '503' },
        { 'http.request.method': '_OTHER', 'error.type': 'aborted', 'url.scheme': 'http' },
      ]);
      expect(metric('http.server.active_requests')).toMatchObject({
        type: 'sum',
        isMonotonic: false,
        unit: '{request}',
        points: [
          { attributes: { 'http.request.method': 'GET', 'url.scheme': 'http' }, value: 2 },
          { attributes: { 'http.request.method': 'POST', 'url.scheme': 'http' }, value: 1 },
        ],
      });
    });

    it('tell a CORS preflight from another OPTIONS request that no route matched', async () => {
      const { registry, monitor } = makeMonitor();
      for (const route of ['preflight', 'unmatched']) {
        const request = { method: 'OPTIONS', route, status: '204' };
        registry.ownCounter('http_requests', request).inc();
        registry.ownHistogram('http_request_duration', request).observe(0.01);
      }
      const { metric } = await (await pipeline(monitor)).export();
      const common = { 'http.request.method': 'OPTIONS', 'http.response.status_code': 204 };
      for (const name of ['monitor.http.requests', 'http.server.request.duration']) {
        expect(metric(name)?.points.map(({ attributes }) => attributes)).toEqual([
          { ...common, 'monitor.http.preflight': true },
          common,
        ]);
      }
    });

    it('url.scheme is the one of the option, and missing on durations where requests have had both', async () => {
      const { registry, monitor } = makeMonitor();
      const active = (scheme: string) =>
        registry.ownGauge('http_requests_in_flight_by_method', 0, { method: 'GET', scheme }).set(1);
      const request = { method: 'GET', route: '/cats/:id', status: '200' };
      registry.ownHistogram('http_request_duration', request).observe(0.02);
      const schemes = async (options?: MonitorMetricProducerOptions) => {
        const { metric } = await (await pipeline(monitor, options)).export();
        return ['request.duration', 'active_requests'].map((name) =>
          metric(`http.server.${name}`)?.points.map(({ attributes }) => attributes['url.scheme']),
        );
      };
      active('http');
      expect(await schemes({ urlScheme: 'https' })).toEqual([['https'], ['https']]);
      active('https');
      expect(await schemes()).toEqual([[undefined], ['http', 'https']]);
    });

    it('are followed by the metrics of the runtime and the process', async () => {
      const { registry, monitor } = makeMonitor();
      registry.ownHistogram('gc_duration', { kind: 'minor' }).observe(0.002);
      registry.ownGauge('heap_space_used_bytes', 0, { space: 'new_space' }).set(512);
      registry.ownGauge('active_resources', 0, { type: 'Timeout' }).set(3);
      registry.ownGauge('eventloop_utilization', 0).set(0.25);
      registry.ownCounter('eventloop_time', { state: 'active' }).inc(1.5);
      const { metric } = await (await pipeline(monitor)).export();
      const point = (name: string) => metric(name)?.points[0];
      expect(metric('v8js.gc.duration')?.type).toBe('exponentialHistogram');
      expect(point('v8js.gc.duration')?.attributes).toEqual({ 'v8js.gc.type': 'minor' });
      expect(point('v8js.memory.heap.used')).toMatchObject({
        attributes: { 'v8js.heap.space.name': 'new_space' },
        value: 512,
      });
      expect(point('v8js.resource.active')?.attributes).toEqual({ 'v8js.resource.type': 'Timeout' });
      expect(point('nodejs.eventloop.utilization')?.value).toBe(0.25);
      expect(point('nodejs.eventloop.time')).toMatchObject({
        attributes: { 'nodejs.eventloop.state': 'active' },
        value: 1.5,
      });
      expect(point('process.uptime')?.value).toBe(60);
      expect(point('process.memory.usage')?.value).toBe(1000);
      expect(metric('process.memory.virtual')).toBeUndefined();
      expect(point('process.thread.count')?.value).toBe(11);
      expect(point('process.unix.file_descriptor.count')?.value).toBe(20);
      const times = metric('process.cpu.time')?.points.map(({ attributes, value }) => [attributes, value]);
      expect(times).toEqual([
        [{ 'cpu.mode': 'user' }, 2],
        [{ 'cpu.mode': 'system' }, 0.5],
      ]);
    });

    it('get the statistics of the event loop delay since the previous collection, and the histogram', async () => {
      const { registry, monitor } = makeMonitor();
      const { export: exportNow } = await pipeline(monitor);
      const delay = registry.ownHistogram('eventloop_delay');
      for (const value of [50, 60, 70]) delay.observe(value);
      await exportNow();
      const values = Array.from({ length: 100 }, (_, i) => (i + 1) / 1000);
      for (const value of values) delay.observe(value);
      const { metric } = await exportNow();
      const figure = (name: string) =>
        metric(`nodejs.eventloop.delay.${name}`)?.points[0]?.value ?? Number.NaN;
      expect([figure('min'), figure('max')]).toEqual([0.001, 0.1]);
      expect(figure('mean')).toBeCloseTo(0.0505, 12);
      const off = (is: number, expected: number) => Math.abs(is - expected) / expected;
      expect(off(figure('stddev'), Math.sqrt((100 ** 2 - 1) / 12) / 1000)).toBeLessThan(0.011);
      expect(off(figure('p50'), 0.05)).toBeLessThan(0.011);
      expect(off(figure('p90'), 0.09)).toBeLessThan(0.011);
      expect(off(figure('p99'), 0.099)).toBeLessThan(0.011);
      expect(metric('monitor.eventloop.delay')?.points[0]?.count).toBe(103);
    });

    it('get the locality of requests in points that add up to all requests', async () => {
      const { registry, monitor } = makeMonitor();
      registry.ownCounter('requests').inc(11);
      for (const [locality, n] of Object.entries({ public: 3, private: 3, loopback: 4, unknown: 1 })) {
        registry.ownCounter('requests_by_locality', { locality }).inc(n);
      }
      const { metric } = await (await pipeline(monitor)).export();
      const points = metric('monitor.requests')?.points.map(({ attributes, value }) => [attributes, value]);
      expect(points).toEqual([
        [{ 'client.locality': 'loopback' }, 4],
        [{ 'client.locality': 'private' }, 3],
        [{ 'client.locality': 'public' }, 3],
        [{ 'client.locality': 'unknown' }, 1],
      ]);
    });

    it('get no sample of the application under the name of a metric of the monitor', async () => {
      const { monitor } = makeMonitor();
      monitor.kv('http_requests', 5, { method: 'GET' });
      const { metric } = await (await pipeline(monitor)).export();
      expect(metric('http_requests')).toBeUndefined();
      expect(metric('monitor.http.requests')).toBeUndefined();
      expect(metric('monitor.rejected_samples')?.points).toMatchObject([{ value: 1 }]);
    });
  });
});

describe('in a running application', () => {
  it.each(['express', 'fastify'] as const)(
    'every metric of the monitor has an OpenTelemetry name, on %s',
    async (adapter) => {
      const running = await startApp(adapter, { imports: [MonitorModule.forRoot()] });
      await running.get('/nowhere');
      const monitor = running.app.get(MonitorService);
      const { metrics } = (await monitor.measurements()).metrics;
      const ours = metrics.map(({ name }) => name);
      expect(ours).toContain('callbacks');
      expect(ours.filter((name) => !BUILT_IN_METRICS.has(name))).toEqual([]);
      const exported = await (await pipeline(monitor)).export();
      expect(new Set(exported.metrics.map(({ scope }) => scope))).toEqual(new Set(['nestjs-monitor']));
      expect(exported.metric('monitor.requests')?.points).toContainEqual(
        expect.objectContaining({ attributes: { 'client.locality': 'loopback' }, value: 1 }),
      );
      expect(exported.metric('process.cpu.time')?.points).toHaveLength(2);
    },
  );

  it('the metrics of the SDK are exported together with those of the monitor', async () => {
    const { monitor } = monitorOf(oneRegistry());
    monitor.count('orders');
    const { provider, export: exportNow } = await pipeline(monitor);
    provider.getMeter('shop').createCounter('sdk_orders').add(4);
    const { metric } = await exportNow();
    expect([metric('orders')?.points[0]?.value, metric('sdk_orders')?.points[0]?.value]).toEqual([1, 4]);
  });

  it.each([3, 5, 8])(
    'a counter that was removed and counted again between two collections begins at 0: 5 before, and %i after',
    async (after) => {
      const { monitor } = monitorOf(oneRegistry());
      const { export: exportNow } = await pipeline(monitor, { temporality: DELTA });
      const handle = monitor.counter('jobs', { tenant: 'a' });
      const exported = async () => (await exportNow()).metric('jobs')?.points.map(({ value }) => value);
      handle.inc(5);
      expect(await exported()).toEqual([5]);
      monitor.remove('jobs', { tenant: 'a' });
      handle.inc(after);
      expect(await exported()).toEqual([after]);
      handle.inc(1);
      expect(await exported()).toEqual([1]);
      expect(await exported()).toBeUndefined();
    },
  );

  it('a counter and a histogram that were removed and created again have a new start time with cumulative temporality', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
    onTestFinished(() => void vi.useRealTimers());
    const { monitor } = monitorOf(oneRegistry());
    const producer = new MonitorMetricProducer(monitor);
    const startsAt = async (seconds: number) => {
      vi.setSystemTime(seconds * 1000);
      const { scopeMetrics } = (await producer.collect()).resourceMetrics;
      const ours = scopeMetrics
        .flatMap(({ metrics }) => metrics)
        .filter(({ descriptor: { name } }) => ['jobs', 'sizes'].includes(name));
      const points = ours.flatMap(({ dataPoints }) => dataPoints as DataPoint<number | { count: number }>[]);
      return points.map(({ attributes: { tenant }, startTime, value }) => {
        return [tenant, startTime[0], typeof value === 'number' ? value : value.count];
      });
    };
    const jobs = ['a', 'b'].map((tenant) => monitor.counter('jobs', { tenant }));
    for (const tenant of ['a', 'b']) monitor.observe('sizes', 7, { tenant });
    for (const job of jobs) job.inc(5);
    expect(await startsAt(1060)).toEqual([
      ['a', 1000, 5],
      ['b', 1000, 5],
      ['a', 1000, 1],
      ['b', 1000, 1],
    ]);
    vi.setSystemTime(1_090_000);
    monitor.remove('jobs', { tenant: 'a' });
    monitor.clear('sizes');
    for (const job of jobs) job.inc(8);
    monitor.observe('sizes', 7, { tenant: 'a' });
    for (const seconds of [1120, 1180]) {
      expect(await startsAt(seconds)).toEqual([
        ['a', 1090, 8],
        ['b', 1000, 13],
        ['a', 1090, 1],
      ]);
    }
  });

  it('a failed export loses nothing with cumulative temporality', async () => {
    diag.disable();
    const { monitor } = monitorOf(oneRegistry());
    const { collector, flush, export: exportNow } = await pipeline(monitor);
    monitor.count('orders', 3);
    collector.refusing = true;
    await flush();
    expect(collector.requests).toEqual([]);
    collector.refusing = false;
    monitor.count('orders', 4);
    expect((await exportNow()).metric('orders')?.points[0]?.value).toBe(7);
  });
});

describe('the Prometheus exporter of the SDK', () => {
  async function scrape(producer: MetricProducer): Promise<string> {
    const exporter = new PrometheusExporter({
      port: 0,
      preventServerStart: true,
      metricProducers: [producer],
    });
    const reader: IMetricReader = exporter;
    const provider = new MeterProvider({ readers: [reader] });
    onTestFinished(() => provider.shutdown());
    await exporter.startServer();
    const { port } = (exporter as unknown as { _server: { address(): { port: number } } })._server.address();
    return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  }

  it('serves counters and gauges, and explicit histograms whose counts are exact', async () => {
    const { monitor } = monitorOf(oneRegistry());
    monitor.count('orders', 3, { kind: 'gift' });
    monitor.kv('queue', 5);
    monitor.describe('size', { buckets: [10, 100] });
    for (const size of [5, 10, 11, 1000]) monitor.observe('size', size);
    monitor.describe('wait', { unit: 'seconds' });
    const waits = [0, 0.004, 0.005, 0.02, 0.9, 11];
    for (const wait of waits) monitor.observe('wait', wait);
    const text = await scrape(new MonitorMetricProducer(monitor, { histograms: 'explicit' }));
    const value = (start: RegExp) => Number(new RegExp(`^${start.source}.* (\\S+)$`, 'm').exec(text)?.[1]);
    expect(value(/orders_total\{kind="gift"/)).toBe(3);
    expect(value(/queue\{/)).toBe(5);
    expect([10, 100].map((le) => value(new RegExp(`size_bucket\\{.*le="${le}"`)))).toEqual([2, 3]);
    expect(value(/size_bucket\{.*le="\+Inf"/)).toBe(4);
    const buckets = [...text.matchAll(/^wait_bucket\{.*le="([\d.]+)"\} (\d+)$/gm)];
    expect(buckets).toHaveLength(14);
    for (const [, le, count] of buckets) {
      expect(Number(count), le).toBe(waits.filter((wait) => wait <= Number(le)).length);
    }
    expect(value(/wait_count/)).toBe(6);
  });

  it('logs that it does not support exponential histograms, and serves the rest', async () => {
    const said: string[] = [];
    const log = (text: string) => void said.push(text);
    diag.setLogger({ error: log, warn: log, info() {}, debug() {}, verbose() {} }, DiagLogLevel.ERROR);
    onTestFinished(() => diag.disable());
    const { monitor } = monitorOf(oneRegistry());
    monitor.observe('wait', 1);
    monitor.count('orders', 3);
    const text = await scrape(new MonitorMetricProducer(monitor));
    expect(text).toMatch(/^orders_total\{.*\} 3$/m);
    expect(text).not.toContain('wait_bucket');
    expect(said.join()).toContain('Unrecognizable DataPointType');
  });
});

describe('a metric with more series than the limit', () => {
  it('has one point for the rest, with the attribute otel.metric.overflow', async () => {
    const { registry, monitor } = monitorOf(oneRegistry());
    registry.limitSeries(2);
    for (let id = 1; id <= 5; id++) monitor.count('hits', 1, { id });
    const { metric } = await (await pipeline(monitor)).export();
    const points = metric('hits')?.points.map(({ attributes, value }) => [attributes, value]);
    expect(points).toEqual([
      [{ id: '1' }, 1],
      [{ 'otel.metric.overflow': true }, 4],
    ]);
  });
});

describe('the names', () => {
  it('are different for all metrics', () => {
    const names = [...BUILT_IN_METRICS.values()].flatMap(({ openTelemetry }) => openTelemetry?.name ?? []);
    expect(new Set(names).size).toBe(names.length);
  });

  it('are in a scope with the version of the package', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    const { resourceMetrics } = await new MonitorMetricProducer(monitorOf(oneRegistry()).monitor).collect();
    expect(resourceMetrics.scopeMetrics.map(({ scope }) => scope)).toEqual([
      { name: 'nestjs-monitor', version },
    ]);
  });
});

describe('very many series', () => {
  it('are all collected, without blocking the event loop', async () => {
    const { registry, monitor } = monitorOf(oneRegistry());
    registry.limitSeries(100_000);
    for (let i = 0; i < 40_000; i++) monitor.count('hits', 1, { id: `id-${i}`, route: '/cats/:id' });
    let turns = 0;
    let isDone = false;
    const turn = () => void (isDone || (turns++, setImmediate(turn)));
    setImmediate(turn);
    const { resourceMetrics } = await new MonitorMetricProducer(monitor, {
      temporality: CUMULATIVE,
    }).collect();
    isDone = true;
    const hits = only(present(resourceMetrics.scopeMetrics[1]).metrics);
    expect(hits.dataPoints).toHaveLength(40_000);
    expect(turns).toBeGreaterThan(5);
  });
});
