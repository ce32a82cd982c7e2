import { Controller, Get, Inject } from '@nestjs/common';
import type { ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MeterProvider, PushMetricExporter } from '@opentelemetry/sdk-metrics';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { MonitorOpenTelemetryOptions } from '../src/exporters/opentelemetry/index.js';
import { METER_PROVIDER, MonitorOpenTelemetryModule } from '../src/exporters/opentelemetry/index.js';
import { MonitorModule, MonitorOptionsError, MonitorService } from '../src/index.js';
import { moduleOf, startApp } from './support/app.js';
import { startCollector } from './support/otlp.js';
import { last } from './support/present.js';
import { RecordingLogger } from './support/recording-logger.js';

@Controller('cats')
class Cats {
  constructor(@Inject(METER_PROVIDER) private readonly meters: MeterProvider) {}

  @Get(':id') cat() {
    this.meters.getMeter('shop').createCounter('purrs').add(3);
    return 'cat';
  }
}

const start = (options?: MonitorOpenTelemetryOptions) =>
  startApp('express', {
    imports: [MonitorModule.forRoot(), MonitorOpenTelemetryModule.forRoot(options)],
    controllers: [Cats],
  });

/** Starts an application without HTTP, and closes it at the end of the test. */
async function startContext(imports: NonNullable<ModuleMetadata['imports']>) {
  const log = new RecordingLogger();
  const context = await NestFactory.createApplicationContext(moduleOf({ imports }), { logger: log });
  onTestFinished(() => context.close());
  const flush = () => context.get<MeterProvider>(METER_PROVIDER).forceFlush();
  return { context, log, flush, monitor: context.get(MonitorService) };
}

/** An exporter that keeps the value of the counter `orders` of each export; `undefined` for an export without it. */
function recordingExporter() {
  const orders: unknown[] = [];
  const exporter: PushMetricExporter = {
    export: ({ scopeMetrics }, done) => {
      const metrics = scopeMetrics.flatMap((scope) => scope.metrics);
      orders.push(metrics.find(({ descriptor }) => descriptor.name === 'orders')?.dataPoints[0]?.value);
      done({ code: 0 });
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
  return { exporter, orders };
}

/** As a deployment sets it. */
function setEnvironment(variables: Record<string, string>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
}

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('OTEL_')) vi.stubEnv(name, undefined);
});

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('MonitorOpenTelemetryModule.forRoot() exports to the OTLP endpoint that the environment names', () => {
  it.each(['http/protobuf', 'http/json'])(
    'by %s, at its interval and once more when the application closes, with the resource',
    async (protocol) => {
      const collector = await startCollector();
      setEnvironment({
        OTEL_EXPORTER_OTLP_ENDPOINT: new URL(collector.url).origin,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_METRIC_EXPORT_INTERVAL: '300',
        OTEL_SERVICE_NAME: 'shop',
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,team=pets',
      });
      const running = await start({ attributes: { team: 'cats' } });
      const { app } = running;
      app.get(MonitorService).count('orders', 2);
      expect((await running.get('/cats/7')).status).toBe(200);
      await vi.waitFor(() => expect(collector.requests.length).toBeGreaterThan(1), { timeout: 60_000 });

      app.get(MonitorService).count('orders', 5);
      await app.close();
      const exports = collector.requests.length;
      const { resource, metric } = last(collector.requests);
      expect(metric('orders')?.points[0]?.value).toBe(7);
      expect(metric('purrs')).toMatchObject({ scope: 'shop' });
      // The requests of the export itself are not measured.
      expect(metric('http.client.request.duration')?.points ?? []).not.toContainEqual(
        expect.objectContaining({
          attributes: expect.objectContaining({
            'server.port': Number(new URL(collector.url).port),
          }) as unknown,
        }),
      );
      expect(metric('http.server.request.duration')?.points).toContainEqual(
        expect.objectContaining({
          attributes: {
            'http.request.method': 'GET',
            'http.route': '/cats/:id',
            'http.response.status_code': 200,
            'url.scheme': 'http',
          },
        }),
      );
      expect(resource).toMatchObject({
        'service.name': 'shop',
        'deployment.environment.name': 'test',
        team: 'cats',
        'process.pid': process.pid,
        'telemetry.sdk.language': 'nodejs',
      });
      // Nothing is exported after the close, not at the next interval either.
      await new Promise((resolve) => setTimeout(resolve, 700));
      expect(collector.requests).toHaveLength(exports);
    },
  );

  it('in the temporality and histograms that it asks for, unless the options say otherwise', async () => {
    const collector = await startCollector();
    setEnvironment({
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta',
      OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: 'explicit_bucket_histogram',
    });
    const shapes = async (options: MonitorOpenTelemetryOptions) => {
      const { app } = await start(options);
      app.get(MonitorService).count('orders');
      app.get(MonitorService).observe('wait', 2);
      await app.get<MeterProvider>(METER_PROVIDER).forceFlush();
      const { metric } = last(collector.requests);
      return [metric('orders')?.temporality, metric('wait')?.type];
    };
    const [delta, cumulative] = [1, 2];
    expect(await shapes({})).toEqual([delta, 'histogram']);
    expect(await shapes({ temporality: 1, histograms: 'exponential' })).toEqual([
      cumulative,
      'exponentialHistogram',
    ]);
  });

  it('and logs once when that fails, and once when it works again', async () => {
    const collector = await startCollector();
    collector.refusing = true;
    setEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: new URL(collector.url).origin });
    const { app, log } = await start();
    const flush = () =>
      app
        .get<MeterProvider>(METER_PROVIDER)
        .forceFlush()
        .catch(() => {});
    await flush();
    await flush();
    expect(log.errors.filter((text) => text.includes('over OpenTelemetry failed'))).toHaveLength(1);
    collector.refusing = false;
    await flush();
    expect(log.messages.filter((text) => text.includes('over OpenTelemetry works again'))).toHaveLength(1);
  });
});

describe('MonitorOpenTelemetryModule.forRoot()', () => {
  it.each([
    ['OTEL_SDK_DISABLED', 'true'],
    ['OTEL_METRICS_EXPORTER', 'none'],
  ])('exports nothing with %s=%s, and the MeterProvider still works', async (name, value) => {
    const collector = await startCollector();
    setEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: new URL(collector.url).origin, [name]: value });
    const running = await start();
    expect((await running.get('/cats/7')).status).toBe(200);
    await running.app.close();
    expect(collector.requests).toEqual([]);
  });

  it('exports by the exporter of the options whatever OTEL_METRICS_EXPORTER says, which an agent may need to be none', async () => {
    setEnvironment({ OTEL_METRICS_EXPORTER: 'none' });
    const { exporter, orders } = recordingExporter();
    const { monitor, flush } = await startContext([
      MonitorModule.forRoot(),
      MonitorOpenTelemetryModule.forRoot({ exporter }),
    ]);
    monitor.count('orders', 2);
    await flush();
    expect(orders).toEqual([2]);
  });

  it.each(['forceFlush', 'shutdown'])(
    'logs that %s() of the exporter fails, and the close does not',
    async (method) => {
      const { exporter, orders } = recordingExporter();
      const failing = { ...exporter, [method]: () => Promise.reject(new Error('no connection')) };
      const { context, log, monitor } = await startContext([
        MonitorModule.forRoot(),
        MonitorOpenTelemetryModule.forRoot({ exporter: failing }),
      ]);
      monitor.count('orders', 2);
      await context.close();
      expect(orders).toEqual([2]);
      expect(log.errors).toEqual([expect.stringMatching(/OpenTelemetry was not shut down.*no connection/)]);
    },
  );

  it('exports nothing with OTEL_SDK_DISABLED=true, by an exporter of the options neither', async () => {
    setEnvironment({ OTEL_SDK_DISABLED: 'true' });
    const { exporter, orders } = recordingExporter();
    const { flush, context } = await startContext([
      MonitorModule.forRoot(),
      MonitorOpenTelemetryModule.forRoot({ exporter }),
    ]);
    await flush();
    await context.close();
    expect(orders).toEqual([]);
  });

  it.each([
    ['before', true],
    ['after', false],
  ])(
    'reads the metrics, so an application without HTTP that imports it %s MonitorModule is not warned that nothing does',
    async (_order, isFirst) => {
      const warningsOf = async (options?: MonitorOpenTelemetryOptions) => {
        const modules = [MonitorModule.forRoot(), MonitorOpenTelemetryModule.forRoot(options)];
        const { log } = await startContext(isFirst ? modules.reverse() : modules);
        return log.warnings;
      };
      expect(await warningsOf({ exporter: recordingExporter().exporter })).toEqual([]);
      setEnvironment({ OTEL_METRICS_EXPORTER: 'none' });
      expect(await warningsOf()).toEqual([expect.stringContaining('nothing reads its metrics')]);
    },
  );

  it('ignores variables with a value that OpenTelemetry does not know, and logs which', async () => {
    const collector = await startCollector();
    setEnvironment({
      OTEL_EXPORTER_OTLP_ENDPOINT: new URL(collector.url).origin,
      OTEL_METRIC_EXPORT_INTERVAL: '10s',
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'thrift',
      OTEL_METRICS_EXPORTER: '',
    });
    const { app, log } = await start();
    const warnings = log.warnings.filter((text) => text.startsWith('OTEL_'));
    expect(warnings).toEqual([
      expect.stringContaining('OTEL_METRIC_EXPORT_INTERVAL is "10s"'),
      expect.stringContaining('OTEL_EXPORTER_OTLP_METRICS_PROTOCOL is "thrift"'),
    ]);
    await app.close();
    expect(collector.requests).toHaveLength(1);
  });

  it('exports nothing when the application fails to start', async () => {
    const collector = await startCollector();
    setEnvironment({
      OTEL_EXPORTER_OTLP_ENDPOINT: new URL(collector.url).origin,
      OTEL_METRIC_EXPORT_INTERVAL: '50',
    });
    class Failing {
      onApplicationBootstrap() {
        throw new Error('no database');
      }
    }
    await expect(
      startApp('express', {
        imports: [MonitorModule.forRoot(), MonitorOpenTelemetryModule.forRoot()],
        providers: [Failing],
      }),
    ).rejects.toThrow('no database');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(collector.requests).toEqual([]);
  });

  it('says what to do for OTLP over gRPC, which needs an exporter of the application', async () => {
    setEnvironment({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' });
    await expect(start()).rejects.toThrow('OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf');
  });

  it.each<[string, unknown]>([
    ['attributes', 'service.name=shop'],
    ['exporter', {}],
    ['histograms', 'native'],
    ['endpoint', 'http://localhost:4318'],
  ])('throws for an invalid option %s', (option, value) => {
    const make = () => MonitorOpenTelemetryModule.forRoot({ [option]: value });
    expect(make).toThrow(MonitorOptionsError);
    expect(make).toThrow(`opentelemetry.${option}`);
  });
});

describe.each([
  ['before', true],
  ['after', false],
])('of several processes that import MonitorOpenTelemetryModule %s MonitorModule', (_order, isFirst) => {
  async function startTwo() {
    const directory = mkdtempSync(join(tmpdir(), 'nm-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const start = async () => {
      const { exporter, orders } = recordingExporter();
      const modules = [
        MonitorModule.forRoot({ processes: { group: 'g', directory } }),
        MonitorOpenTelemetryModule.forRoot({ exporter }),
      ];
      return { ...(await startContext(isFirst ? modules.reverse() : modules)), orders };
    };
    return [await start(), await start()] as const;
  }

  it('only one exports when they close, and its sums do not fall', async () => {
    const [first, second] = await startTwo();
    first.monitor.count('orders', 100);
    second.monitor.count('orders', 1000);
    await first.flush();
    await second.flush();
    await second.context.close();
    await first.context.close();
    expect(second.orders).toEqual([]);
    expect(first.orders).toEqual([1100, 1100]);
  });

  it('the last one to close exports the sums of all', async () => {
    const [first, second] = await startTwo();
    await first.flush();
    first.monitor.count('orders', 100);
    second.monitor.count('orders', 1000);
    await first.context.close();
    await second.context.close();
    expect(first.orders.at(-1)).toBe(1100);
    expect(second.orders).toEqual([1100]);
  });
});
