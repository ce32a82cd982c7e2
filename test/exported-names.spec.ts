import * as promClient from 'prom-client';
import { Controller, Get } from '@nestjs/common';
import { AggregationTemporality } from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from 'vitest';
import { MonitorMetricProducer } from '../src/exporters/opentelemetry/index.js';
import { PromClientModule } from '../src/exporters/prom-client/index.js';
import { statsdPublisher } from '../src/exporters/statsd/index.js';
import type { MonitorOptions } from '../src/index.js';
import { MonitorModule, MonitorService } from '../src/index.js';
import type { AdapterName } from './support/app.js';
import { ADAPTERS, startApp } from './support/app.js';
import { startAgent } from './support/dogstatsd.js';
import { eventually } from './support/eventually.js';
import { readExposition } from './support/exposition.js';
import { readFamilies } from './support/metric-families.js';

@Controller('cats')
class Cats {
  @Get() all() {
    return [];
  }
}

const LABELS = { service: 'shop', version: 1.5, tenant: 'all' } as const;
const NAMED: MonitorOptions = { labels: LABELS, prefix: 'shop_' };

async function start(adapter: AdapterName, options: MonitorOptions = NAMED) {
  const registry = new promClient.Registry();
  const agent = await startAgent();
  const publisher = statsdPublisher({ client: { port: agent.port }, dialect: 'dogstatsd' });
  const running = await startApp(adapter, {
    imports: [
      MonitorModule.forRoot({ publisher, publishInterval: 50, ...options }),
      PromClientModule.forRoot({ registry }),
    ],
    controllers: [Cats],
  });
  const monitor = running.app.get(MonitorService);
  await running.get('/cats');
  monitor.count('sales', 2);
  monitor.count('calls', 3, { tenant: 'x' });
  monitor.count('calls', 4, { other_tenant: 'tenant="x"' });
  monitor.set('size', 5);
  monitor.observe('wait', 0.5, { tenant: 'y' });
  const get = (path: string, init?: RequestInit) => running.get(path, init);
  const document = () => running.document();
  return { app: running.app, get, document, registry, agent };
}

const COMMON = { service: 'shop', version: '1.5', tenant: 'all' };

describe.each(ADAPTERS)('the prefix and the labels of the options, on %s,', (adapter) => {
  it.each(['text', 'openmetrics'] as const)('are on every series for Prometheus, as %s', async (format) => {
    const { get } = await start(adapter);
    const accept = format === 'text' ? 'text/plain' : 'application/openmetrics-text';
    const response = await get('/monitor/prometheus', { headers: { accept } });
    const families = readExposition(await response.text(), format);
    expect([...families.keys()].filter((name) => !name.startsWith('shop_'))).toEqual([]);
    const samples = [...families.values()].flatMap((family) => family.samples);
    expect(samples.filter(({ labels }) => labels.service !== 'shop')).toEqual([]);
    const labelsOf = (name: string) =>
      samples.filter((sample) => sample.name === name).map(({ labels }) => labels);
    expect(labelsOf('shop_sales_total')).toEqual([COMMON]);
    // The labels of a series come first.
    expect(labelsOf('shop_calls_total')).toEqual([
      { ...COMMON, tenant: 'x' },
      { ...COMMON, other_tenant: 'tenant="x"' },
    ]);
    expect(labelsOf('shop_size_max')).toEqual([COMMON]);
    expect(labelsOf('shop_wait_count')).toEqual([{ ...COMMON, tenant: 'y' }]);
    expect(labelsOf('shop_wait_bucket').at(-1)).toEqual({ ...COMMON, tenant: 'y', le: '+Inf' });
    expect(labelsOf('shop_nodejs_version_info')).toEqual([
      expect.objectContaining({ service: 'shop', version: process.version }),
    ]);
    expect(labelsOf('shop_process_resident_memory_bytes')).toEqual([COMMON]);
    expect(labelsOf('shop_http_requests_total')).toContainEqual({
      ...COMMON,
      method: 'GET',
      route: '/cats',
      status: '200',
    });
  });
});

describe('the prefix and the labels of the options', () => {
  it('are on every series for Prometheus, as protocol buffers', async () => {
    const { get } = await start('express');
    const accept =
      'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited';
    const response = await get('/monitor/prometheus', { headers: { accept } });
    expect(response.headers.get('content-type')).toContain('protobuf');
    const families = readFamilies(Buffer.from(await response.arrayBuffer()));
    expect(families.size).toBeGreaterThan(30);
    for (const [name, { metrics }] of families) {
      expect(name).toMatch(/^shop_/);
      for (const { labels } of metrics) expect(labels).toMatchObject({ service: 'shop' });
    }
    expect(families.get('shop_wait')?.metrics[0]?.labels).toEqual({ ...COMMON, tenant: 'y' });
  });

  it('are on every metric in a prom-client registry', async () => {
    const { registry } = await start('fastify');
    const lines = (await registry.metrics()).split('\n').filter((line) => /^[^#]/.test(line));
    expect(lines.length).toBeGreaterThan(50);
    expect(lines.filter((line) => !/^shop_\w+\{.*service="shop"/.test(line))).toEqual([]);
    expect(lines).toContain('shop_calls_total{service="shop",version="1.5",tenant="x"} 3');
    expect(lines).toContain('shop_sales_total{service="shop",version="1.5",tenant="all"} 2');
  });

  it('are on every point of OpenTelemetry', async () => {
    const { app } = await start('express');
    const { resourceMetrics } = await new MonitorMetricProducer(app.get(MonitorService)).collect();
    const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
    expect(metrics.filter(({ descriptor }) => !descriptor.name.startsWith('shop_'))).toEqual([]);
    const points = metrics.flatMap(({ dataPoints }) => dataPoints as { attributes: object }[]);
    expect(points.filter(({ attributes }) => !('service' in attributes))).toEqual([]);
    const attributesOf = (name: string) =>
      metrics
        .find(({ descriptor }) => descriptor.name === `shop_${name}`)
        ?.dataPoints.map(({ attributes }) => attributes);
    expect(attributesOf('sales')).toEqual([COMMON]);
    expect(attributesOf('calls')).toContainEqual({ ...COMMON, tenant: 'x' });
    expect(attributesOf('process.cpu.time')).toContainEqual({ ...COMMON, 'cpu.mode': 'user' });
    expect(attributesOf('http.server.request.duration')).toContainEqual({
      ...COMMON,
      'http.request.method': 'GET',
      'http.route': '/cats',
      'http.response.status_code': 200,
      'url.scheme': 'http',
    });
  });

  it('are on every line of StatsD, as tags', async () => {
    const { agent } = await start('express');
    await eventually(() => expect(agent.packets.join('\n')).toContain('shop_calls:3|c'));
    const lines = agent.packets.join('\n').split('\n').filter(Boolean);
    expect(lines.filter((line) => !line.startsWith('shop_') || !line.includes('service:shop'))).toEqual([]);
    expect(lines.find((line) => line.startsWith('shop_calls:3|c'))).toContain('tenant:x');
  });

  it('are not in the JSON document, and are beside the measurements', async () => {
    const { app, document } = await start('express');
    const { counters } = await document();
    expect(counters).toMatchObject({ sales: 2, 'calls{tenant="x"}': 3 });
    const { metrics } = await app.get(MonitorService).measurements();
    expect(metrics.exportNames).toEqual({ prefix: 'shop_', labels: COMMON });
  });
});

describe('a series that is removed', () => {
  it('is in no export any more, and counts from 0 when it comes back', async () => {
    const { app, get, document, registry, agent } = await start('fastify', {});
    const monitor = app.get(MonitorService);
    const exposed = async () =>
      readExposition(await (await get('/monitor/prometheus')).text(), 'text').get('calls_total')?.samples;
    const producer = new MonitorMetricProducer(monitor, { temporality: AggregationTemporality.DELTA });
    const otel = async () => {
      const { resourceMetrics } = await producer.collect();
      const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
      return metrics
        .find(({ descriptor }) => descriptor.name === 'calls')
        ?.dataPoints.find(({ attributes }) => 'tenant' in attributes)?.value;
    };
    const tenantsOf = async () => (await exposed())?.map(({ labels, value }) => [labels.tenant, value]);
    expect(await tenantsOf()).toContainEqual(['x', 3]);
    expect(await registry.metrics()).toContain('calls_total{tenant="x"} 3');
    expect(await otel()).toBe(3);
    await eventually(() => expect(agent.packets.join('\n')).toContain('calls:3|c|#tenant:x'));

    expect(monitor.remove('calls', { tenant: 'x' })).toBe(true);
    expect(await tenantsOf()).toEqual([[undefined, 4]]);
    expect(await registry.metrics()).not.toContain('calls_total{tenant="x"}');
    expect(Object.keys((await document()).counters)).not.toContain('calls{tenant="x"}');
    expect(await otel()).toBeUndefined();

    monitor.count('calls', 2, { tenant: 'x' });
    expect(await tenantsOf()).toContainEqual(['x', 2]);
    expect(await otel()).toBe(2);
    await eventually(() => expect(agent.packets.join('\n')).toContain('calls:2|c|#tenant:x'));

    expect(monitor.clear('calls')).toBe(2);
    expect(await exposed()).toBeUndefined();
    expect(await registry.metrics()).not.toContain('calls_total');
  });

  it('is in the history no more', async () => {
    const { app } = await start('express', {});
    const monitor = app.get(MonitorService);
    const keys = async () =>
      (await monitor.history({ series: ['calls', 'sales'] }))?.series.map(({ key }) => key).sort();
    await eventually(async () => expect(await keys()).toContain('calls{tenant="x"}'));
    monitor.remove('calls', { tenant: 'x' });
    monitor.clear('sales');
    await eventually(async () => expect(await keys()).toEqual(['calls{other_tenant="tenant=\\"x\\""}']));
    monitor.count('sales');
    await eventually(async () =>
      expect(await keys()).toEqual(['calls{other_tenant="tenant=\\"x\\""}', 'sales']),
    );
  });
});

describe('metrics that are excluded', () => {
  it('are in no document and no export, and the request is answered as before', async () => {
    const exclude = ['http_*', 'sales', /^eventloop/];
    const { get, document } = await start('fastify', { metrics: { exclude } });
    expect(await (await get('/cats')).json()).toEqual([]);
    const { counters, gauges, histograms } = await document();
    const names = [counters, gauges, histograms].flatMap((values) => Object.keys(values));
    expect(names.filter((name) => /^(http_|sales|eventloop)/.test(name))).toEqual([]);
    expect(counters).toMatchObject({ 'calls{tenant="x"}': 3 });
    expect(counters.requests).toBeGreaterThanOrEqual(3);
    expect(counters.monitor_rejected_samples).toBeUndefined();
    expect(gauges['heap_space_used_bytes{space="new_space"}']).toBeGreaterThan(0);
    const families = readExposition(await (await get('/monitor/prometheus')).text(), 'text');
    expect([...families.keys()].filter((name) => /^(http_|sales|nodejs_eventloop_delay)/.test(name))).toEqual(
      [],
    );
  });
});
