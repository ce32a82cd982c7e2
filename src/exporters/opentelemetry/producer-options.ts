import { AggregationTemporality } from '@opentelemetry/sdk-metrics';
import { checkOptions } from '../../common/options/check-options.js';
import type { Rules } from '../../common/options/option-rules.js';

export interface MonitorMetricProducerOptions {
  /**
   * Whether counters and histograms say what there was since the start (`CUMULATIVE`), or since the last collection
   * (`DELTA`). Take the one that your backend wants, which is that of the exporter. Default: `CUMULATIVE`.
   *
   * With `DELTA`, an export that fails loses what it had: the SDK tells no producer what became of a collection.
   */
  temporality?: AggregationTemporality | undefined;
  /**
   * `explicit` makes histograms of some 15 buckets, for an exporter that does not know exponential ones, such as the
   * SDK's own Prometheus exporter. Default: `exponential`, with all buckets as they are.
   */
  histograms?: 'exponential' | 'explicit' | undefined;
  /** Whether gauges have their lowest and highest value since the last collection beside them. Default: `true`. */
  extremes?: boolean | undefined;
  /** `url.scheme` of the HTTP server's metrics, which the monitor cannot tell by itself. Default: left out. */
  urlScheme?: 'http' | 'https' | undefined;
}

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

/** @throws MonitorOptionsError for the first option that is unknown or not what it must be. */
export function resolveProducerOptions(options: MonitorMetricProducerOptions = {}): ResolvedProducerOptions {
  const rules: Record<keyof MonitorMetricProducerOptions, Rules[string]> = {
    temporality: {
      allowed: 'AggregationTemporality.CUMULATIVE or .DELTA',
      accepts: (value) =>
        value === AggregationTemporality.CUMULATIVE || value === AggregationTemporality.DELTA,
    },
    histograms: oneOf('exponential', 'explicit'),
    extremes: oneOf(true, false),
    urlScheme: oneOf('http', 'https'),
  };
  checkOptions(options, rules, 'opentelemetry');
  return {
    temporality: options.temporality ?? AggregationTemporality.CUMULATIVE,
    histograms: options.histograms ?? 'exponential',
    extremes: options.extremes ?? true,
    urlScheme: options.urlScheme,
  };
}
