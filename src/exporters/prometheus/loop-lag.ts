import type { HistogramSnapshot } from '../../metrics/histogram/histogram-snapshot.js';
import { midpoint } from '../../metrics/histogram/exponential-layout.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import type { FamilyHead, WindowedFamilies } from './exposed-family.js';

/** Where the delay of the event loop is in the registry. */
const DELAY = 'eventloop_delay';

type Figure = (interval: HistogramSnapshot) => number | undefined;

const FIGURES: Readonly<Record<string, Figure>> = {
  min: ({ min }) => min,
  max: ({ max }) => max,
  mean: (interval) => interval.sum / interval.count,
  stddev: deviation,
  p50: (interval) => interval.quantile(0.5),
  p90: (interval) => interval.quantile(0.9),
  p99: (interval) => interval.quantile(0.99),
};

/** The delay of the event loop as prom-client has it: a gauge for each figure, of the time since the last look. */
export function loopLag(registry: MetricsRegistry): WindowedFamilies {
  const rows = Object.entries(FIGURES).map(([figure, of]) => ({ head: headOf(figure), of }));
  return {
    heads: rows.map(({ head }) => head),
    *write(begin, look) {
      const delay = registry.histograms.find(DELAY, undefined);
      if (delay === undefined) return;
      const interval = look.intervalOf(delay);
      yield;
      if (interval.count === 0) return;
      for (const { head, of } of rows) begin(head).number('', of(interval) ?? 0);
    },
  };
}

function headOf(figure: string): FamilyHead {
  const name = `nodejs_eventloop_lag_${figure}_seconds`;
  const help = `Delay of the event loop since the last scrape: ${figure}.`;
  return { name, type: 'gauge', help, unit: 'seconds' };
}

/** The standard deviation, as far as the buckets know: each value is taken for the middle of its bucket. */
function deviation({ count, sum, zeros, positive }: HistogramSnapshot): number {
  const mean = sum / count;
  let squares = zeros * mean ** 2;
  for (const [index, values] of positive) squares += values * (midpoint(index) - mean) ** 2;
  return Math.sqrt(squares / count);
}
