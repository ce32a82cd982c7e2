import type { MetricDefinition } from '../../metrics/definitions/metric-definition.js';
import { statisticsOf } from '../../metrics/histogram/statistics.js';
import type { HistogramFamily } from '../../metrics/source/metrics-source.js';
import { statisticsMetadataOf } from './built-in-metadata.js';
import type { WindowFamilies } from './exposition-family.js';

/**
 * A gauge for each statistic of the histogram's series without labels, of the values since the last scrape, such as
 * `nodejs_eventloop_lag_p99_seconds`, which prom-client has too.
 */
export function histogramStatistics(family: HistogramFamily, definition: MetricDefinition): WindowFamilies {
  const metadata = statisticsMetadataOf(definition);
  return {
    families: [...metadata.values()],
    *write(begin, view) {
      if (metadata.size === 0 || family.plain === undefined) return;
      const statistics = statisticsOf(view.intervalOf(family.plain));
      yield;
      if (statistics === undefined) return;
      for (const [statistic, one] of metadata) begin(one).number('', statistics[statistic]);
    },
  };
}
