import { OfThisCopy } from '../common/this-copy.js';
import type { FunctionGauges } from './collection/function-gauges.js';
import type { GaugeFunction, GaugeFunctionOptions } from './collection/gauge-function.js';
import type { ReadHook } from './collection/read-hooks.js';
import { ReadHooks } from './collection/read-hooks.js';
import type { Counter } from './counter.js';
import type { Describer } from './describer.js';
import type { Description } from './description.js';
import { DroppingCounter, DroppingGauge, DroppingHistogram } from './dropping.js';
import type { ExportNames } from './export-names.js';
import { PLAIN_NAMES } from './export-names.js';
import type { Gauge } from './gauge.js';
import type { ObserveOptions } from './histogram/exemplar.js';
import type { HistogramSeries } from './histogram/histogram-series.js';
import type { MetricPattern } from './metric-filter.js';
import { metricFilter } from './metric-filter.js';
import type { RegistryOptions } from './registry-options.js';
import { createParts } from './registry-parts.js';
import type { RejectedSamples } from './rejected-samples.js';
import type { SeriesFinder } from './series-finder.js';
import type { SeriesRemover } from './series-remover.js';
import type { CardinalityLimiter } from './series/cardinality-limiter.js';
import type { Families } from './series/families.js';
import type { Series } from './series/family.js';
import type { KnownLabels, Labels } from './series/labels.js';

/**
 * Holds all series. Samples are added by {@link count}, {@link kv} and {@link observe}, or by the handles of
 * {@link counter}, {@link gauge} and {@link histogram}. A `RegistrySource` reads them.
 *
 * Nothing here throws: an invalid sample is dropped, counted, and logged once for each name and mistake.
 */
@OfThisCopy()
export class MetricsRegistry {
  readonly counters: Families<Counter, 'counter'>;
  readonly gauges: Families<Gauge, 'gauge'>;
  readonly histograms: Families<HistogramSeries, 'histogram'>;

  private readonly rejected: RejectedSamples;
  private readonly limiter: CardinalityLimiter;
  private readonly finder: SeriesFinder;
  private readonly describer: Describer;
  private readonly remover: SeriesRemover;
  private readonly functions: FunctionGauges;
  private readonly hooks: ReadHooks;
  private names = PLAIN_NAMES;

  constructor(options: RegistryOptions) {
    const { families, ...parts } = createParts(this, options);
    this.counters = families.counters;
    this.gauges = families.gauges;
    this.histograms = families.histograms;
    this.rejected = parts.rejected;
    this.limiter = parts.limiter;
    this.finder = parts.finder;
    this.describer = parts.describer;
    this.remover = parts.remover;
    this.functions = parts.functions;
    this.hooks = new ReadHooks(() => parts.functions.refresh());
  }

  /** The most series of the application. Default: 10 000. */
  get maxSeries(): number {
    return this.limiter.maxSeries;
  }

  limitSeries(maxSeries: number): void {
    this.limiter.limit(maxSeries);
  }

  /** What exporters add to every series. Default: nothing. */
  get exportNames(): ExportNames {
    return this.names;
  }

  exportAs(names: ExportNames): void {
    this.names = names;
  }

  /** Excludes metrics, including those of the monitor itself. */
  exclude(patterns: readonly MetricPattern[]): void {
    this.limiter.exclude(metricFilter(patterns), [this.counters, this.gauges, this.histograms]);
  }

  isExcluded(name: string): boolean {
    return this.limiter.isExcluded(name);
  }

  /** Changes whenever a metric is added, removed or described. */
  get revision(): number {
    const { counters, gauges, histograms, describer } = this;
    return counters.revision + gauges.revision + histograms.revision + describer.revision;
  }

  /** Adds to a counter: a finite number, not negative. */
  count(name: string, value = 1, labels?: Labels): void {
    this.finder.forSample(this.counters, name, labels, value)?.inc(value);
  }

  /** Sets a gauge: any finite number. */
  kv(name: string, value: number, labels?: Labels): void {
    this.finder.forSample(this.gauges, name, labels, value)?.set(value);
  }

  /** Adds a value to a histogram: any finite number. */
  observe(name: string, value: number, labels?: Labels, options?: ObserveOptions): void {
    this.finder.forSample(this.histograms, name, labels, value)?.observe(value, options);
  }

  /** The counter with that name and these labels, created if it does not exist. */
  counter(name: string, labels?: Labels): Counter {
    return this.finder.forHandle(this.counters, name, labels, (home) => new DroppingCounter(home, ''));
  }

  /** The gauge with that name and these labels, created if it does not exist. It has no value until it is set. */
  gauge(name: string, labels?: Labels): Gauge {
    return this.finder.forHandle(this.gauges, name, labels, (home) => new DroppingGauge(home, ''));
  }

  /** Like {@link gauge}. Before each read, it is set to what the function returns. */
  gaugeFrom(name: string, read: GaugeFunction, labels?: Labels, options?: GaugeFunctionOptions): Gauge {
    const gauge = this.gauge(name, labels);
    if (!this.isExcluded(name)) this.functions.add(gauge, name, read, options);
    return gauge;
  }

  /** The histogram with that name and these labels, created if it does not exist. */
  histogram(name: string, labels?: Labels): HistogramSeries {
    return this.finder.forHandle(this.histograms, name, labels, (home) => new DroppingHistogram(home, ''));
  }

  /**
   * Removes a series of the application. Its handles create it again with their next sample.
   *
   * @returns whether there was one.
   */
  remove(name: string, labels?: Labels): boolean {
    return this.remover.remove(name, labels);
  }

  /** Removes all series of a metric of the application. @returns the number of removed series. */
  clear(name: string): number {
    return this.remover.clear(name);
  }

  /** Calls a function with each series that is removed, for code that stores data by series. */
  onRemoved(listener: (series: Series) => void): void {
    this.remover.onRemoved(listener);
  }

  /** Describes a metric. Keys of earlier descriptions are kept, unless they are given again. */
  describe(name: string, given: Description): void {
    this.describer.describe(name, given);
  }

  descriptionOf(name: string): Description {
    return this.describer.of(name);
  }

  /**
   * Sets the classic buckets of a histogram of the monitor itself, before it has a series.
   *
   * @param areListed whether they are part of the document. Exporters get them in any case.
   */
  configureBuckets(name: string, buckets: readonly number[], areListed: boolean): void {
    this.describer.configureBuckets(name, buckets, areListed);
  }

  /** A counter of the monitor itself, which does not count toward {@link maxSeries}. */
  ownCounter(name: string, labels?: KnownLabels): Counter {
    return this.limiter.own(this.counters, name, labels);
  }

  /**
   * A gauge of the monitor itself.
   *
   * @param initial its value before it is first set. Without it, the document does not have the gauge until it is set.
   */
  ownGauge(name: string, initial?: number, labels?: KnownLabels): Gauge {
    const gauge = this.limiter.own(this.gauges, name, labels);
    if (initial !== undefined) gauge.begin(initial);
    return gauge;
  }

  /** Removes a gauge of the monitor itself, if there is one with these labels. */
  removeOwnGauge(name: string, labels: KnownLabels): void {
    this.remover.removeOwn(this.gauges, name, labels);
  }

  /** A histogram of the monitor itself. */
  ownHistogram(name: string, labels?: KnownLabels): HistogramSeries {
    return this.limiter.own(this.histograms, name, labels);
  }

  /** Adds code that is called before every read. */
  beforeRead(hook: ReadHook): void {
    this.hooks.add(hook);
  }

  /**
   * Brings all numbers up to date: calls the hooks of {@link beforeRead} and the functions of gauges.
   *
   * @param isQuick leaves out collectors.
   * @returns a promise to await, which never rejects; `undefined` if everything is up to date.
   */
  prepareRead(isQuick = false): Promise<void> | undefined {
    return isQuick ? this.hooks.flush() : this.hooks.run();
  }

  /**
   * Counts a sample that is rejected.
   *
   * @param describe returns the text of the warning.
   * @param mistake identifies it among the mistakes under the same name. Each is logged once.
   */
  reject(name: unknown, describe: () => string, mistake = ''): void {
    this.rejected.add(name, describe, mistake);
  }
}
