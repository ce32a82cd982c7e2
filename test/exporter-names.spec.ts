import { Controller, Get } from '@nestjs/common';
import { get } from 'node:http';
import { expect, it } from 'vitest';
import { MonitorMetricProducer } from '../src/exporters/opentelemetry/index.js';
import { MonitorModule, MonitorService } from '../src/index.js';
import type { TestApp } from './support/app.js';
import { startApp } from './support/app.js';
import { eventually } from './support/eventually.js';
import { readExposition } from './support/exposition.js';
import { first } from './support/present.js';
import { collectGarbage } from './support/collect-garbage.js';

@Controller('cats')
class Cats {
  @Get(':id') cat() {
    return 'cat';
  }

  @Get('broken/now') broken(): never {
    throw new Error('on purpose');
  }

  @Get('never/answers') never(): Promise<never> {
    return new Promise(() => {});
  }
}

/** An application in which everything has occurred that is measured. */
async function lively(): Promise<TestApp> {
  const imports = [MonitorModule.forRoot({ metrics: { exclude: [] } })];
  const running = await startApp('express', { imports, controllers: [Cats] });
  for (const path of ['/cats/7', '/cats/broken/now', '/nowhere']) await running.get(path);
  const lost = get(`${running.url}/cats/never/answers`);
  lost.on('error', () => {});
  await eventually(async () => expect((await running.document()).gauges.http_requests_in_flight).toBe(1));
  lost.destroy();
  collectGarbage();
  await eventually(async () => {
    const { counters, histograms } = await running.document();
    expect(counters['http_requests_aborted{method="GET",route="/cats/never/answers"}']).toBe(1);
    expect(histograms.eventloop_delay).toBeDefined();
    expect(Object.keys(histograms).some((name) => name.startsWith('gc_duration'))).toBe(true);
  });
  return running;
}

it('the metrics of a running application have the names that OpenTelemetry has for them', async () => {
  const { app, port } = await lively();
  const { resourceMetrics, errors } = await new MonitorMetricProducer(app.get(MonitorService)).collect();
  expect(errors).toEqual([]);
  const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
  const pointsOf = (name: string) =>
    metrics
      .find(({ descriptor }) => descriptor.name === name)
      ?.dataPoints.map(({ attributes }) => attributes);
  const method = { 'http.request.method': 'GET' };
  const request = { ...method, 'url.scheme': 'http' };
  expect(pointsOf('http.server.request.duration')).toEqual(
    expect.arrayContaining([
      { ...request, 'http.route': '/cats/:id', 'http.response.status_code': 200 },
      {
        ...request,
        'http.route': '/cats/broken/now',
        'http.response.status_code': 500,
        'error.type': '500',
      },
      { ...request, 'http.response.status_code': 404 },
      { ...request, 'http.route': '/cats/never/answers', 'error.type': 'aborted' },
    ]),
  );
  expect(pointsOf('http.server.active_requests')).toEqual([request]);
  // The requests that this test has sent, in the same process.
  const server = { 'server.address': '127.0.0.1', 'server.port': port };
  expect(pointsOf('http.client.request.duration')).toEqual(
    expect.arrayContaining([
      { ...method, ...server, 'http.response.status_code': 200 },
      { ...method, ...server, 'http.response.status_code': 404, 'error.type': '404' },
      { ...method, ...server, 'error.type': 'aborted' },
    ]),
  );
  expect(pointsOf('monitor.http.client.errors')).toEqual([{ ...server, 'error.type': 'aborted' }]);
  expect(pointsOf('http.client.active_requests')).toEqual([server]);
  expect(pointsOf('nodejs.eventloop.time')).toEqual([
    { 'nodejs.eventloop.state': 'active' },
    { 'nodejs.eventloop.state': 'idle' },
  ]);
  expect(pointsOf('v8js.gc.duration')).toContainEqual({ 'v8js.gc.type': 'major' });
  for (const name of [
    'heap.used',
    'heap.space.size',
    'heap.space.available_size',
    'heap.space.physical_size',
  ]) {
    expect(pointsOf(`v8js.memory.${name}`)).toContainEqual({ 'v8js.heap.space.name': 'new_space' });
  }
  for (const figure of ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99']) {
    expect(pointsOf(`nodejs.eventloop.delay.${figure}`)).toEqual([{}]);
  }
  expect(pointsOf('nodejs.eventloop.utilization')).toEqual([{}]);
  expect(pointsOf('v8js.resource.active')?.[0]).toHaveProperty(['v8js.resource.type']);
});

it('the metrics of a running application have the names that dashboards for Prometheus have for them', async () => {
  const running = await lively();
  const families = readExposition(await (await running.get('/monitor/prometheus')).text(), 'text');
  const samplesOf = (name: string) => families.get(name)?.samples ?? [];
  const buckets = samplesOf('http_server_request_duration_seconds').filter(
    ({ labels }) => labels.http_route === '/cats/:id' && labels.le !== undefined,
  );
  expect(buckets.map(({ labels }) => labels.le)).toEqual(
    '0.005 0.01 0.025 0.05 0.075 0.1 0.25 0.5 0.75 1 2.5 5 7.5 10 +Inf'.split(' '),
  );
  expect(buckets.at(-1)).toMatchObject({
    value: 1,
    labels: { http_request_method: 'GET', http_response_status_code: '200' },
  });
  const server = { server_address: '127.0.0.1', server_port: String(running.port) };
  expect(samplesOf('http_client_request_duration_seconds').map(({ labels }) => labels)).toContainEqual({
    ...server,
    http_request_method: 'GET',
    http_response_status_code: '404',
    le: '+Inf',
  });
  expect(samplesOf('http_client_errors_total')[0]?.labels).toEqual({ ...server, error_type: 'aborted' });
  expect(samplesOf('http_client_active_requests')[0]?.labels).toEqual(server);
  expect(samplesOf('nodejs_eventloop_time_seconds_total').map(({ labels }) => labels.state)).toEqual([
    'active',
    'idle',
  ]);
  for (const size of ['total', 'used', 'available', 'physical']) {
    const spaces = samplesOf(`nodejs_heap_space_size_${size}_bytes`).map(({ labels }) => labels.space);
    expect(spaces).toContain('new');
  }
  expect(samplesOf('nodejs_gc_duration_seconds').map(({ labels }) => labels.kind)).toContain('major');
  expect(samplesOf('nodejs_eventloop_lag_p99_seconds')).toHaveLength(1);
  expect(first(samplesOf('nodejs_active_resources')).labels).toHaveProperty('type');
});
