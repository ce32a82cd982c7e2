import { show } from '../common/show-value.js';
import type { Measurement } from '../metrics/collection/measurements.js';
import type { Labels } from '../metrics/series/labels.js';
import { copyLabels, labelsText } from '../metrics/series/labels.js';
import type { MonitorService } from '../monitor.service.js';
import { NO_MONITOR, OTHER_KIND } from './testing.messages.js';

/** The reader of the tests. It has its own window, so that reading does not affect a publisher under test. */
const READER = 'testing';

/** What a histogram has recorded since the application started. */
export interface RecordedHistogram {
  readonly count: number;
  readonly sum: number;
  /** `undefined` if nothing was recorded. */
  readonly min: number | undefined;
  readonly max: number | undefined;
}

const NOTHING: RecordedHistogram = { count: 0, sum: 0, min: undefined, max: undefined };

/**
 * Reads back what was recorded, one series at a time.
 *
 * @param monitor that of {@link MonitorTestingModule}, of {@link createTestingMonitor}, or that of a whole application.
 *
 * @example
 * expect(await recorded(monitor).counter('sold_units', { product: 'Cup' })).toBe(2);
 */
export function recorded(monitor: MonitorService): RecordedMetrics {
  return new RecordedMetrics(monitor);
}

/** See {@link recorded}. Each call reads the current values. */
export class RecordedMetrics {
  constructor(private readonly monitor: MonitorService) {
    if (typeof monitor?.measurements !== 'function') throw new TypeError(NO_MONITOR(show(monitor)));
  }

  /**
   * The value of a counter; 0 if nothing was counted.
   *
   * @param labels those of the series, all of them, in any order. Default: the series without labels.
   * @throws if the metric is of another kind.
   */
  async counter(name: string, labels: Labels = {}): Promise<number> {
    const metric = await this.find(name, 'counter');
    return seriesOf(metric, labels)?.value ?? 0;
  }

  /** The value that a gauge was set to last; `undefined` if it was not set. Otherwise as {@link counter}. */
  async gauge(name: string, labels: Labels = {}): Promise<number | undefined> {
    const metric = await this.find(name, 'gauge');
    return seriesOf(metric, labels)?.value;
  }

  /**
   * Count, sum, minimum and maximum of a histogram; a count of 0 if nothing was observed. Otherwise as {@link counter}.
   *
   * @example
   * expect((await recorded(monitor).histogram('load_user')).count).toBe(1);
   */
  async histogram(name: string, labels: Labels = {}): Promise<RecordedHistogram> {
    const metric = await this.find(name, 'histogram');
    const series = seriesOf(metric, labels);
    if (series === undefined) return NOTHING;
    const { count, sum, min, max } = series.total;
    return { count, sum, min, max };
  }

  private async find<K extends Measurement['kind']>(
    name: string,
    kind: K,
  ): Promise<Extract<Measurement, { kind: K }> | undefined> {
    const { metrics } = await this.monitor.measurements(READER);
    const metric = metrics.metrics.find((one) => one.name === name);
    if (metric !== undefined && !isOfKind(metric, kind)) {
      throw new Error(OTHER_KIND(name, metric.kind, kind));
    }
    return metric;
  }
}

function isOfKind<K extends Measurement['kind']>(
  metric: Measurement,
  kind: K,
): metric is Extract<Measurement, { kind: K }> {
  return metric.kind === kind;
}

function seriesOf<S extends { readonly labelsText: string }>(
  metric: { readonly series: readonly S[] } | undefined,
  labels: Labels,
): S | undefined {
  const copy = copyLabels(labels);
  // A sample with labels that are not allowed is dropped, so no series has them.
  if (copy === undefined) return undefined;
  const text = labelsText(copy);
  return metric?.series.find(({ labelsText: own }) => own === text);
}
