import type { MetricProducer, PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { Resource } from '@opentelemetry/resources';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { ConsoleMetricExporter, MeterProvider } from '@opentelemetry/sdk-metrics';
import type { CallContext } from '../../common/call-context.js';
import type { FailureLog } from '../../common/failure-log.js';
import { rethrow } from '../../common/missing-package.js';
import { DelayedReader } from './delayed.reader.js';
import type { OpenTelemetryEnvironment, OtlpProtocol } from './environment.js';
import { LoggedExporter } from './logged.exporter.js';
import type { MonitorOpenTelemetryOptions } from './opentelemetry.options.js';
import { NO_GRPC } from './opentelemetry.messages.js';
import { monitorResourceAttributes } from './resource.js';

/** A `MeterProvider`, and the reader that exports its metrics and those of the monitor; no reader if nothing is exported. */
export interface MetricPipeline {
  readonly provider: MeterProvider;
  readonly reader: DelayedReader | undefined;
}

/**
 * @param options have precedence over the environment, unless that disables the SDK.
 * @throws if a package that is needed is not installed.
 */
export async function createPipeline(
  producer: MetricProducer,
  options: MonitorOpenTelemetryOptions,
  environment: OpenTelemetryEnvironment,
  failures: FailureLog,
  context: CallContext,
): Promise<MetricPipeline> {
  const { isDisabled, interval, timeout } = environment;
  const exporter = isDisabled ? undefined : (options.exporter ?? (await exporterOf(environment, options)));
  if (exporter === undefined) return { provider: new MeterProvider(), reader: undefined };
  const reader = new DelayedReader({
    exporter: new LoggedExporter(exporter, failures, context),
    exportIntervalMillis: interval,
    exportTimeoutMillis: timeout,
    metricProducers: [producer],
  });
  return { provider: new MeterProvider({ resource: resourceOf(options), readers: [reader] }), reader };
}

/** @returns `undefined` if nothing is to be exported. */
async function exporterOf(
  { exporter, protocol }: OpenTelemetryEnvironment,
  options: MonitorOpenTelemetryOptions,
): Promise<PushMetricExporter | undefined> {
  if (exporter === 'none') return undefined;
  return exporter === 'console' ? new ConsoleMetricExporter() : otlpExporter(protocol, options);
}

/** Loaded when needed: one of them has to be installed, or the application passes an exporter of its own. */
const OTLP_EXPORTERS = {
  'http/protobuf': () => import('@opentelemetry/exporter-metrics-otlp-proto').catch(rethrow),
  'http/json': () => import('@opentelemetry/exporter-metrics-otlp-http').catch(rethrow),
};

/** The exporter reads the variables for its address, headers, compression and so on itself. */
async function otlpExporter(
  protocol: OtlpProtocol,
  { temporality }: MonitorOpenTelemetryOptions,
): Promise<PushMetricExporter> {
  if (protocol === 'grpc') throw new Error(NO_GRPC);
  const { OTLPMetricExporter } = await OTLP_EXPORTERS[protocol]();
  // The values of AggregationTemporality and of AggregationTemporalityPreference are the same.
  return new OTLPMetricExporter(
    temporality === undefined ? {} : { temporalityPreference: temporality as number },
  );
}

function resourceOf({ attributes = {} }: MonitorOpenTelemetryOptions): Resource {
  return defaultResource()
    .merge(resourceFromAttributes(monitorResourceAttributes()))
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(resourceFromAttributes(attributes));
}
