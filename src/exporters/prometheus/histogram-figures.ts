import type { MetricDefinition } from '../../metrics/definitions/metric-definition.js';
import { figuresOf } from '../../metrics/histogram/figures.js';
import type { HistogramFamily } from '../../metrics/source/metrics-source.js';
import { figureHeadsOf } from './built-in-heads.js';
import type { WindowedFamilies } from './exposed-family.js';

/**
 * A gauge for each statistic of the series without labels of a histogram, for the time since the last scrape:
 * prom-client has the delay of the event loop so.
 */
export function histogramFigures(family: HistogramFamily, definition: MetricDefinition): WindowedFamilies {
  const heads = figureHeadsOf(definition);
  return {
    heads: [...heads.values()],
    *write(begin, view) {
      if (heads.size === 0 || family.plain === undefined) return;
      const figures = figuresOf(view.intervalOf(family.plain));
      yield;
      if (figures === undefined) return;
      for (const [figure, head] of heads) begin(head).number('', figures[figure]);
    },
  };
}
