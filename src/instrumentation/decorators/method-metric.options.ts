import { checkOptions } from '../../common/options/check-options.js';
import type { Rules } from '../../common/options/option-rules.js';
import type { Labels } from '../../metrics/series/labels.js';
import { isMetricName } from '../../metrics/series/cardinality-limiter.js';

/** What `@Timed()` and `@Counted()` record. */
export interface MethodMetricOptions {
  /**
   * The name of a metric of your own. Default: the monitor's metric `method_duration` or `method_calls`, with the label
   * `method="Class.method"`.
   */
  name?: string | undefined;
  /** The description for exporters, together with {@link name}. Default: none. */
  help?: string | undefined;
  /**
   * Returns further labels, called when a call has ended. `outcome` and `method` cannot be overridden. If it throws or returns no
   * labels, the call is recorded without them, and that is counted in `monitor_rejected_samples`.
   *
   * Use labels with few different values: past half of `maxSeries` they share one series.
   *
   * @param args of the call.
   * @param result what the method returned, or what its promise was resolved with; for an Observable or an asynchronous iterator,
   * the last value. `undefined` if the call failed.
   *
   * @example
   * labels: ([order]: [Order]) => ({ currency: order.currency })
   */
  labels?(args: unknown[], result: unknown): Labels;
}

const RULES: Rules = {
  name: { allowed: 'a text of 1 to 200 characters', accepts: isMetricName },
  help: {
    allowed: 'a string of at most 1000 characters',
    accepts: (value) => typeof value === 'string' && value.length <= 1000,
  },
  labels: { allowed: 'a function', accepts: (value) => typeof value === 'function' },
};

/** @throws MonitorOptionsError for an option that is unknown or has a value that is not allowed. */
export function methodMetricOptions(
  decorator: string,
  first: string | MethodMetricOptions | undefined,
  second: MethodMetricOptions = {},
): MethodMetricOptions {
  const options = typeof first === 'string' ? { ...second, name: first } : (first ?? second);
  checkOptions(options, RULES, decorator);
  return options;
}
