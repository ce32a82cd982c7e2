import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { MonitorMetricProducer } from '../src/exporters/opentelemetry/index.js';
import { MonitorModule, MonitorService } from '../src/index.js';
import { METRICS_SOURCE } from '../src/metrics/source/metrics-source.js';
import type { MetricsSource } from '../src/metrics/source/metrics-source.js';
import { PrometheusExporter } from '../src/exporters/prometheus/prometheus.exporter.js';
import { TEXT } from '../src/exporters/prometheus/text-format.js';
import { moduleOf, adapterOf } from './support/app.js';
import { NestFactory } from '@nestjs/core';

it.each(['express', 'fastify'] as const)(
  'a request over a Unix socket, whose peer has no address, is of unknown locality, on %s',
  async (adapter) => {
    const directory = mkdtempSync(join(tmpdir(), 'monitor-'));
    const socketPath = join(directory, 'app.sock');
    const app = await NestFactory.create(
      moduleOf({ imports: [MonitorModule.forRoot()] }),
      adapterOf(adapter),
      { logger: false },
    );
    onTestFinished(async () => {
      await app.close();
      rmSync(directory, { recursive: true });
    });
    await app.listen(socketPath);
    const [response] = (await once(get({ socketPath, path: '/nowhere' }), 'response')) as [IncomingMessage];
    response.resume();
    await once(response, 'end');

    const localities = { loopback: 0, private: 0, public: 0, unknown: 1 };
    const { counters } = await app.get(MonitorService).metrics();
    expect(counters).toMatchObject({ requests: 1, localhost_requests: 0, private_requests: 0 });
    const text = Buffer.concat(
      await new PrometheusExporter(app.get<MetricsSource>(METRICS_SOURCE)).writeCurrent(TEXT),
    ).toString();
    const { resourceMetrics } = await new MonitorMetricProducer(app.get(MonitorService)).collect();
    const points = resourceMetrics.scopeMetrics
      .flatMap(({ metrics }) => metrics)
      .find(({ descriptor }) => descriptor.name === 'monitor.requests')?.dataPoints;
    for (const [locality, requests] of Object.entries(localities)) {
      expect(counters).toHaveProperty([`requests_by_locality{locality="${locality}"}`], requests);
      expect(text).toContain(`monitor_requests_total{locality="${locality}"} ${requests}\n`);
      expect(points).toContainEqual(
        expect.objectContaining({ attributes: { 'client.locality': locality }, value: requests }),
      );
    }
  },
);
