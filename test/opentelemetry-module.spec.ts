import { Controller, Get, Inject } from '@nestjs/common';
import type { MeterProvider } from '@opentelemetry/sdk-metrics';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MonitorOpenTelemetryOptions } from '../src/exporters/opentelemetry/index.js';
import { METER_PROVIDER, MonitorOpenTelemetryModule } from '../src/exporters/opentelemetry/index.js';
import { MonitorModule, MonitorOptionsError, MonitorService } from '../src/index.js';
import { startApp } from './support/app.js';
import { startCollector } from './support/otlp.js';
import { last } from './support/present.js';

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
      // What exports them is no request of the application.
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
      // Nothing goes on after the close: not at the next interval either.
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
