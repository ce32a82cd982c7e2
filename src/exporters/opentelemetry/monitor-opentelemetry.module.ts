import type { DynamicModule, OnApplicationShutdown } from '@nestjs/common';
import { Inject, Module } from '@nestjs/common';
import { env } from 'node:process';
import { SafeLogger } from '../../common/safe-logger.js';
import { CallContext } from '../../common/call-context.js';
import { FailureLog } from '../../common/failure-log.js';
import { isNotInstalled, MISSING_PACKAGE } from '../../common/missing-package.js';
import { describeThrown } from '../../common/show-value.js';
import { Startup } from '../../common/startup/startup.js';
import { MetricsReader } from '../../metrics/collection/reader.js';
import { readEnvironment } from './environment.js';
import type { MetricPipeline } from './metric-pipeline.js';
import { MonitorMetricProducer } from './monitor-metric-producer.js';
import { EXPORT_FAILURES, NOT_SHUT_DOWN, PURPOSE } from './opentelemetry.messages.js';
import type { MonitorOpenTelemetryOptions } from './opentelemetry.options.js';
import { checkOpenTelemetryOptions } from './opentelemetry.options.js';

const LOGGER = 'MonitorOpenTelemetry';

const OPTIONS = Symbol('MONITOR_OPENTELEMETRY_OPTIONS');

const PIPELINE = Symbol('MONITOR_OPENTELEMETRY_PIPELINE');

/** Injects the `MeterProvider` of the SDK that {@link MonitorOpenTelemetryModule} has made. */
export const METER_PROVIDER = Symbol('METER_PROVIDER');

/** The packages that `metric-pipeline.ts` loads when they are needed. */
const PACKAGES = [
  '@opentelemetry/api',
  '@opentelemetry/resources',
  '@opentelemetry/sdk-metrics',
  '@opentelemetry/exporter-metrics-otlp-proto',
  '@opentelemetry/exporter-metrics-otlp-http',
];

/**
 * Exports the metrics over OTLP, as configured by the `OTEL_*` variables: address, protocol, headers, interval, temporality, name
 * of the service and attributes of its resource. It starts when the application has started, and exports once more when that closes.
 *
 * Every provider can inject the `MeterProvider` of the SDK as {@link METER_PROVIDER}, for instruments of its own. It is not set
 * as the global one.
 *
 * @example
 * \@Module({ imports: [MonitorModule.forRoot(), MonitorOpenTelemetryModule.forRoot()] })
 * export class AppModule {}
 */
@Module({})
export class MonitorOpenTelemetryModule implements OnApplicationShutdown {
  private hasStarted = false;
  private isStopped = false;

  constructor(
    @Inject(PIPELINE) private readonly pipeline: MetricPipeline,
    @Inject(Startup) startup: Startup,
  ) {
    if (pipeline.reader !== undefined) startup.hasReader = true;
    startup.start(() => this.start());
  }

  /** @throws MonitorOptionsError for an option that is unknown or has a value that is not allowed. */
  static forRoot(options: MonitorOpenTelemetryOptions = {}): DynamicModule {
    checkOpenTelemetryOptions(options);
    return {
      module: MonitorOpenTelemetryModule,
      global: true,
      providers: [
        { provide: OPTIONS, useValue: options },
        { provide: PIPELINE, inject: [OPTIONS, MetricsReader, CallContext], useFactory: makePipeline },
        {
          provide: METER_PROVIDER,
          inject: [PIPELINE],
          useFactory: ({ provider }: MetricPipeline) => provider,
        },
      ],
      exports: [METER_PROVIDER],
    };
  }

  /** In this hook, because requests are served until Nest calls it. */
  async onApplicationShutdown(): Promise<void> {
    if (this.isStopped) return;
    this.isStopped = true;
    // Before the start there is nothing to export.
    if (!this.hasStarted) return;
    try {
      await this.pipeline.provider.shutdown();
    } catch (thrown) {
      // With Nest 11, app.close() would reject, and hooks of the application would not be called.
      const { message, stack } = describeThrown(thrown);
      new SafeLogger(LOGGER).error(NOT_SHUT_DOWN(message), stack);
    }
  }

  private start(): void {
    // An application can be closed while it starts.
    if (this.isStopped) return;
    this.hasStarted = true;
    this.pipeline.reader?.start();
  }
}

async function makePipeline(
  options: MonitorOpenTelemetryOptions,
  metrics: MetricsReader,
  context: CallContext,
): Promise<MetricPipeline> {
  const logger = new SafeLogger(LOGGER);
  const environment = readEnvironment(env, (message) => logger.warn(message));
  const { temporality, histograms, extremes, urlScheme } = options;
  const producer = new MonitorMetricProducer(
    {
      measurements: (reader) => metrics.measurements(`measurements:${reader}`),
      pushes: () => metrics.pushes(),
    },
    {
      temporality: temporality ?? environment.temporality,
      histograms: histograms ?? environment.histograms,
      extremes,
      urlScheme,
    },
  );
  const failures = new FailureLog(EXPORT_FAILURES, {
    failure: (text, stack) => logger.error(text, stack),
    recovery: (text) => logger.log(text),
  });
  try {
    const { createPipeline } = await import('./metric-pipeline.js');
    return await createPipeline(producer, options, environment, failures, context);
  } catch (error) {
    const missing = PACKAGES.find((name) => isNotInstalled(error, name));
    throw missing === undefined ? error : new Error(MISSING_PACKAGE(PURPOSE, missing));
  }
}
