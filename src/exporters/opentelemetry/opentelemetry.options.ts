import type { Attributes } from '@opentelemetry/api';
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { Rules } from '../../common/options/option-rules.js';
import { checkOptions } from '../../common/options/check-options.js';
import type { MonitorMetricProducerOptions } from './producer-options.js';
import { resolveProducerOptions } from './producer-options.js';

/** The options of `MonitorOpenTelemetryModule`. The `OTEL_*` variables are the defaults. */
export interface MonitorOpenTelemetryOptions extends Omit<MonitorMetricProducerOptions, 'isPulled'> {
  /**
   * Attributes of the resource, such as `{ 'service.name': 'shop' }`. They have precedence over those of
   * `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES`. Default: none.
   */
  attributes?: Attributes | undefined;
  /** Exports the metrics. Default: OTLP over HTTP, as configured by the variables. */
  exporter?: PushMetricExporter | undefined;
}

const RULES: Rules = {
  attributes: {
    allowed: "an object, such as { 'service.name': 'shop' }",
    accepts: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  },
  exporter: {
    allowed: 'an exporter of metrics, such as new OTLPMetricExporter()',
    accepts: (value) => typeof (value as { export?: unknown } | null)?.export === 'function',
  },
};

/** @throws MonitorOptionsError for the first option that is unknown or has a value that is not allowed. */
export function checkOpenTelemetryOptions(options: MonitorOpenTelemetryOptions): void {
  const { attributes, exporter, ...ofProducer } = options;
  checkOptions({ attributes, exporter }, RULES, 'opentelemetry');
  resolveProducerOptions(ofProducer);
}
