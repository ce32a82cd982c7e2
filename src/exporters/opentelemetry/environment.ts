import { AggregationTemporality } from './otel-enums.js';
import { IGNORED_VARIABLE } from './opentelemetry.messages.js';
import type { MonitorMetricProducerOptions } from './producer-options.js';

export type OtlpProtocol = 'http/protobuf' | 'http/json' | 'grpc';

/** The `OTEL_*` variables about metrics. The exporter and the resource read their own variables themselves. */
export interface OpenTelemetryEnvironment extends Pick<
  MonitorMetricProducerOptions,
  'temporality' | 'histograms'
> {
  /** Whether nothing is exported, whatever the other variables and the options say. */
  readonly isDisabled: boolean;
  readonly exporter: 'otlp' | 'console' | 'none';
  readonly protocol: OtlpProtocol;
  /** In milliseconds. */
  readonly interval: number;
  readonly timeout: number;
}

type Variables = Readonly<Record<string, string | undefined>>;

const PREFIX = 'OTEL_EXPORTER_OTLP_METRICS';

/**
 * Reads the variables as the specification of OpenTelemetry defines them: an empty variable counts as not set, and an unknown
 * value is reported and ignored.
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function readEnvironment(
  variables: Variables,
  warn: (message: string) => void,
): OpenTelemetryEnvironment {
  const text = (name: string) => variables[name]?.trim() || undefined;
  const oneOf = <T>(name: string, values: Readonly<Record<string, T>>): T | undefined => {
    const value = text(name)?.toLowerCase();
    if (value === undefined) return undefined;
    if (Object.hasOwn(values, value)) return values[value];
    warn(IGNORED_VARIABLE(name, value, Object.keys(values).join(' or ')));
    return undefined;
  };
  const milliseconds = (name: string, otherwise: number): number => {
    const value = text(name);
    if (value === undefined) return otherwise;
    const number = Number(value);
    if (Number.isInteger(number) && number > 0 && number <= LONGEST) return number;
    warn(IGNORED_VARIABLE(name, value, `a whole number of milliseconds from 1 to ${LONGEST}`));
    return otherwise;
  };
  const interval = milliseconds('OTEL_METRIC_EXPORT_INTERVAL', 60_000);
  return {
    isDisabled: oneOf('OTEL_SDK_DISABLED', { true: true, false: false }) ?? false,
    exporter: oneOf('OTEL_METRICS_EXPORTER', EXPORTERS) ?? 'otlp',
    protocol:
      oneOf(`${PREFIX}_PROTOCOL`, PROTOCOLS) ??
      oneOf('OTEL_EXPORTER_OTLP_PROTOCOL', PROTOCOLS) ??
      'http/protobuf',
    interval,
    // The SDK rejects a timeout that is longer than the interval.
    timeout: Math.min(milliseconds('OTEL_METRIC_EXPORT_TIMEOUT', 30_000), interval),
    temporality: oneOf(`${PREFIX}_TEMPORALITY_PREFERENCE`, TEMPORALITIES),
    histograms: oneOf(`${PREFIX}_DEFAULT_HISTOGRAM_AGGREGATION`, AGGREGATIONS),
  };
}

/** The longest delay of a timer of Node, in milliseconds. A timer with a longer one fires at once. */
const LONGEST = 2_147_483_647;

const EXPORTERS = { otlp: 'otlp', console: 'console', none: 'none' } as const;

const PROTOCOLS = { 'http/protobuf': 'http/protobuf', 'http/json': 'http/json', grpc: 'grpc' } as const;

/** `lowmemory` differs from `delta` in asynchronous instruments only, which a producer does not have. */
const TEMPORALITIES = {
  cumulative: AggregationTemporality.CUMULATIVE,
  delta: AggregationTemporality.DELTA,
  lowmemory: AggregationTemporality.DELTA,
};

const AGGREGATIONS = {
  explicit_bucket_histogram: 'explicit',
  base2_exponential_bucket_histogram: 'exponential',
} as const;
