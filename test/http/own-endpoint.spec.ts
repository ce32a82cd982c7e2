import { Controller, Get, UseGuards } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import type { MonitorOptions } from '../../src/index.js';
import { LoopbackGuard, MonitorController, MonitorModule } from '../../src/index.js';
import { ADAPTERS, startApp } from '../support/app.js';

@Controller('monitor/cats')
@UseGuards(LoopbackGuard)
class Cats {
  @Get() all() {
    return [];
  }
}

class OwnMonitorController extends MonitorController {}

describe.each(ADAPTERS)("requests to the monitor's own endpoint, on %s,", (adapter) => {
  const start = (options?: MonitorOptions) =>
    startApp(
      adapter,
      { imports: [MonitorModule.forRoot(options)], controllers: [Cats] },
      (app) => void app.setGlobalPrefix('api'),
    );

  it.each<[string, MonitorOptions?]>([
    ['', undefined],
    [' with a controller of the application', { controller: OwnMonitorController }],
  ])('are in requests and not in the metrics of routes%s', async (_with, options) => {
    const running = await start(options);
    const paths = ['', '/prometheus', '/dashboard', '/history?since=0', '/findings', '/history?since=x'];
    for (const path of paths) await (await running.get(`/api/monitor${path}`)).text();
    await running.get('/api/monitor', { headers: { 'X-Forwarded-For': '203.0.113.1' } });
    expect(await (await running.get('/api/monitor/cats')).json()).toEqual([]);
    expect((await running.get('/api/monitor/nowhere')).status).toBe(404);
    const { counters, histograms } = await running.document('/api/monitor');
    expect(counters.requests).toBe(10);
    const of = (values: object) => Object.keys(values).filter((name) => name.startsWith('http_request'));
    expect(of(counters)).toEqual([
      'http_requests{method="GET",route="/api/monitor/cats",status="200"}',
      'http_requests{method="GET",route="unmatched",status="404"}',
    ]);
    expect(of(histograms)).toHaveLength(2);
    expect(counters['http_responses{class="2xx"}']).toBe(1);
  });

  const IN_FLIGHT = [
    'http_requests_in_flight',
    'http_requests_in_flight_by_method{method="GET",scheme="http"}',
  ];

  it.each([
    [{}, 0],
    [{ http: { ownEndpoint: true } }, 2],
  ])(
    'are in flight only if they are counted: an open event stream and a read, %j',
    async (options, count) => {
      const running = await start(options);
      const stream = await running.get('/api/monitor/events');
      const inFlight = async () => {
        const { gauges } = await running.document('/api/monitor');
        return IN_FLIGHT.map((name) => gauges[name]);
      };
      expect(await inFlight()).toEqual([count, count]);
      await stream.body?.cancel();
      await expect.poll(inFlight).toEqual([Math.max(0, count - 1), Math.max(0, count - 1)]);
    },
  );

  it('are in all of them with http: { ownEndpoint: true }', async () => {
    const running = await start({ http: { ownEndpoint: true } });
    await running.document('/api/monitor');
    const { counters } = await running.document('/api/monitor');
    expect(counters['http_requests{method="GET",route="/api/monitor",status="200"}']).toBe(1);
  });
});
