import { Counter } from './counter.js';
import { Gauge } from './gauge.js';
import { HistogramSeries } from './histogram/histogram-series.js';
import { Families } from './series/families.js';
import type { FamilyFacts } from './series/family.js';

/** The metrics of a registry, by kind. */
export interface RegistryFamilies {
  readonly counters: Families<Counter, 'counter'>;
  readonly gauges: Families<Gauge, 'gauge'>;
  readonly histograms: Families<HistogramSeries, 'histogram'>;
}

export function createFamilies(facts: FamilyFacts): RegistryFamilies {
  return {
    counters: new Families({
      kind: 'counter',
      make: (home, labels) => new Counter(home, labels),
      accepts: (value) => Counter.accepts(value),
      facts,
    }),
    gauges: new Families({
      kind: 'gauge',
      make: (home, labels) => new Gauge(home, labels),
      accepts: (value) => Gauge.accepts(value),
      facts,
    }),
    histograms: new Families({
      kind: 'histogram',
      make: (home, labels) => new HistogramSeries(home, labels, facts.descriptionOf(home.name).buckets),
      accepts: (value) => HistogramSeries.accepts(value),
      facts,
    }),
  };
}
