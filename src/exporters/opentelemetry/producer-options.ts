import type { AggregationTemporality as Temporality } from '@opentelemetry/sdk-metrics';
import { checkOptions } from '../../common/options/check-options.js';
import type { Rules } from '../../common/options/option-rules.js';
import { AggregationTemporality } from './otel-enums.js';

/** The options of `MonitorMetricProducer`. */
export interface MonitorMetricProducerOptions {
  /**
   * Whether counters and histograms are exported with their values since the start (`CUMULATIVE`) or since the last collection
   * (`DELTA`). Use the temporality of your exporter. Default: `CUMULATIVE`.
   *
   * With `DELTA`, a failed export loses its values: the SDK does not report the result of an export to a producer.
   */
  temporality?: Temporality | undefined;
  /**
   * `explicit` exports histograms with explicit bounds (those of `describe()`, or about 15), for an exporter that does not
   * support exponential histograms, such as the Prometheus exporter of the SDK. Default: `exponential`, without loss.
   */
  histograms?: 'exponential' | 'explicit' | undefined;
  /**
   * Whether the lowest and highest value of each gauge since the last collection are exported too, as `NAME.min` and
   * `NAME.max`. Default: `true`.
   */
  extremes?: boolean | undefined;
  /**
   * Whether the metric reader is pulled, like the Prometheus exporter of the SDK. In a group of processes, each of them then returns
   * all metrics; with a reader that pushes, only one process does. Default: `false`.
   */
  isPulled?: boolean | undefined;
  /**
   * The attribute `url.scheme` of the metrics of the HTTP server. Behind a proxy that terminates TLS, only you know that clients use
   * `https`. Default: the scheme of the connections to this process.
   */
  urlScheme?: 'http' | 'https' | undefined;
}

/** {@link MonitorMetricProducerOptions} with their defaults. */
export type ResolvedProducerOptions = {
  readonly [K in Exclude<keyof MonitorMetricProducerOptions, 'urlScheme'>]-?: NonNullable<
    MonitorMetricProducerOptions[K]
  >;
} & Pick<MonitorMetricProducerOptions, 'urlScheme'>;

function oneOf(...values: unknown[]) {
  return {
    allowed: values.map((value) => (typeof value === 'string' ? `"${value}"` : String(value))).join(' or '),
    accepts: (value: unknown) => values.includes(value),
  };
}

/** @throws MonitorOptionsError for the first option that is unknown or has a value that is not allowed. */
export function resolveProducerOptions(options: MonitorMetricProducerOptions = {}): ResolvedProducerOptions {
  const rules: Record<keyof MonitorMetricProducerOptions, Rules[string]> = {
    temporality: {
      allowed: 'AggregationTemporality.CUMULATIVE or .DELTA',
      accepts: (value) =>
        value === AggregationTemporality.CUMULATIVE || value === AggregationTemporality.DELTA,
    },
    histograms: oneOf('exponential', 'explicit'),
    extremes: oneOf(true, false),
    isPulled: oneOf(true, false),
    urlScheme: oneOf('http', 'https'),
  };
  checkOptions(options, rules, 'opentelemetry');
  return {
    temporality: options.temporality ?? AggregationTemporality.CUMULATIVE,
    histograms: options.histograms ?? 'exponential',
    extremes: options.extremes ?? true,
    isPulled: options.isPulled ?? false,
    urlScheme: options.urlScheme,
  };
}
