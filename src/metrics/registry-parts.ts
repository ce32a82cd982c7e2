import { FunctionGauges } from './collection/function-gauges.js';
import type { Counter } from './counter.js';
import { CountedWarnings } from './counted-warnings.js';
import { BUILT_IN_METRICS } from './definitions/built-in-metrics.js';
import { Describer } from './describer.js';
import type { Gauge } from './gauge.js';
import type { HistogramSeries } from './histogram/histogram-series.js';
import type { RegistryFamilies } from './registry-families.js';
import { createFamilies } from './registry-families.js';
import type { RegistryOptions } from './registry-options.js';
import * as messages from './registry.messages.js';
import { RejectedSamples } from './rejected-samples.js';
import { SeriesFinder } from './series-finder.js';
import { SeriesRemover } from './series-remover.js';
import { CardinalityLimiter } from './series/cardinality-limiter.js';
import type { KnownLabels, Labels } from './series/labels.js';

/** The age of the last value of each gauge whose function returns a promise. */
const GAUGE_AGE = 'monitor_gauge_age';

/** The parts of a registry. */
export interface RegistryParts {
  readonly families: RegistryFamilies;
  readonly rejected: RejectedSamples;
  readonly limiter: CardinalityLimiter;
  readonly finder: SeriesFinder;
  readonly describer: Describer;
  readonly remover: SeriesRemover;
  readonly functions: FunctionGauges;
}

/** What the parts call on their registry once it is created. */
interface PartsOwner {
  counter(name: string, labels?: Labels): Counter;
  gauge(name: string, labels?: Labels): Gauge;
  histogram(name: string, labels?: Labels): HistogramSeries;
  ownCounter(name: string): Counter;
  ownGauge(name: string, initial: undefined, labels: KnownLabels): Gauge;
}

/** Creates the parts of a registry, and connects them. */
export function createParts(
  registry: PartsOwner,
  { warn, definitions = BUILT_IN_METRICS }: RegistryOptions,
): RegistryParts {
  const rejected = new RejectedSamples(
    new CountedWarnings(() => registry.ownCounter(messages.REJECTED_SAMPLES), warn),
  );
  const overflowed = new CountedWarnings(() => registry.ownCounter(messages.OVERFLOWED_SAMPLES), warn);
  const limiter: CardinalityLimiter = new CardinalityLimiter({
    isBuiltIn: (name) => definitions.has(name),
    onOverflow: (name) => overflowed.add(name, () => messages.SERIES_OVERFLOW(name, limiter.maxSeries)),
  });
  const describer = new Describer({
    definitions,
    rejected,
    kindOf: (name) => limiter.kindOf(name),
    maxDescriptions: () => limiter.maxSeries,
  });
  const families = createFamilies({
    definitionOf: (name) => definitions.get(name),
    descriptionOf: (name) => describer.of(name),
    listsBuckets: (name) => describer.listsBuckets(name),
    startTime: () => (remover.hasRemoved ? Date.now() : undefined),
    onRefusal: (name, value) => rejected.addValue(name, value),
    onBadExemplar: (name, given) => rejected.warnOfExemplar(name, given),
  });
  const { counters, gauges, histograms } = families;
  const functions = new FunctionGauges({
    reject: (...sample) => rejected.add(...sample),
    ages: {
      set: (gauge, seconds) => registry.ownGauge(GAUGE_AGE, undefined, { gauge }).set(seconds),
      remove: (gauge) => remover.removeOwn(gauges, GAUGE_AGE, { gauge }),
    },
  });
  const remover = new SeriesRemover({
    limiter,
    rejected,
    families: [
      { families: counters, handle: (name, labels) => registry.counter(name, labels) },
      { families: gauges, handle: (name, labels) => registry.gauge(name, labels) },
      { families: histograms, handle: (name, labels) => registry.histogram(name, labels) },
    ],
  });
  remover.onRemoved((series) => functions.remove(series));
  const finder = new SeriesFinder(limiter, rejected);
  return { families, rejected, limiter, finder, describer, remover, functions };
}
