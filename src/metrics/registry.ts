import { ownCopy } from '../common/own-copy.js';
import { FunctionGauges } from './collection/function-gauges.js';
import type { ReadHook } from './collection/read-hooks.js';
import { ReadHooks } from './collection/read-hooks.js';
import { CountedWarnings } from './counted-warnings.js';
import { Counter } from './counter.js';
import { BUILT_IN_METRICS } from './definitions/built-in-metrics.js';
import type { MetricDefinition } from './definitions/metric-definition.js';
import type { Description } from './description.js';
import { checkDescription } from './description.js';
import { Descriptions } from './descriptions.js';
import { DroppingCounter, DroppingGauge, DroppingHistogram } from './dropping.js';
import { Gauge } from './gauge.js';
import { HistogramSeries } from './histogram/histogram-series.js';
import * as messages from './registry.messages.js';
import type { RegistryOptions } from './registry-options.js';
import { CardinalityLimiter, isMetricName } from './series/cardinality-limiter.js';
import { Families } from './series/families.js';
import type { FamilyFacts, Series, SeriesHome } from './series/family.js';
import type { KnownLabels, Labels } from './series/labels.js';
import { Refusal } from './series/refusal.js';

/** Stands for all invalid names: there is one warning for all of them. */
const NO_NAME = '';

/**
 * Holds all series. Samples come in by {@link count}, {@link kv} and {@link observe}, or by the handles of
 * {@link counter}, {@link gauge} and {@link histogram}. They are read by way of a `RegistrySource`.
 *
 * Nothing here throws: a sample that cannot be taken is dropped, counted, and logged once for each name and mistake.
 */
export class MetricsRegistry {
  readonly counters: Families<Counter, 'counter'>;
  readonly gauges: Families<Gauge, 'gauge'>;
  readonly histograms: Families<HistogramSeries, 'histogram'>;

  private readonly definitions: ReadonlyMap<string, MetricDefinition>;
  private readonly descriptions: Descriptions;
  /** Histograms whose classic buckets are for exporters only. */
  private readonly unlisted = new Set<string>();
  private readonly rejected: CountedWarnings;
  private readonly overflowed: CountedWarnings;
  private readonly limiter: CardinalityLimiter;
  private readonly functions = new FunctionGauges({
    onThrown: (name, thrown) =>
      this.reject(name, () => messages.GAUGE_FUNCTION_THREW(name, thrown), 'gauge function threw'),
    onPromise: (name) =>
      this.reject(name, () => messages.GAUGE_FUNCTION_IS_ASYNC(name), 'async gauge function'),
  });
  private readonly hooks = new ReadHooks(() => this.functions.refresh());
  private described = 0;

  constructor({ warn, definitions = BUILT_IN_METRICS }: RegistryOptions) {
    this.definitions = definitions;
    this.descriptions = new Descriptions(definitions);
    const facts: FamilyFacts = {
      definitionOf: (name) => definitions.get(name),
      descriptionOf: (name) => this.descriptions.of(name),
      listsBuckets: (name) => !this.unlisted.has(name),
      onRefusal: (name, value) => this.refuseValue(name, value),
    };
    this.counters = new Families({
      kind: 'counter',
      make: (home, labels) => new Counter(home, labels),
      accepts: (value) => Counter.accepts(value),
      facts,
    });
    this.gauges = new Families({
      kind: 'gauge',
      make: (home, labels) => new Gauge(home, labels),
      accepts: (value) => Gauge.accepts(value),
      facts,
    });
    this.histograms = new Families({
      kind: 'histogram',
      make: (home, labels) => new HistogramSeries(home, labels, this.descriptions.of(home.name).buckets),
      accepts: (value) => HistogramSeries.accepts(value),
      facts,
    });
    this.rejected = new CountedWarnings(() => this.ownCounter(messages.REJECTED_SAMPLES), warn);
    this.overflowed = new CountedWarnings(() => this.ownCounter(messages.OVERFLOWED_SAMPLES), warn);
    this.limiter = new CardinalityLimiter({
      isBuiltIn: (name) => definitions.has(name),
      onOverflow: (name) => this.overflowed.add(name, () => messages.SERIES_OVERFLOW(name, this.maxSeries)),
    });
  }

  /** At most so many series of the application. Default: 10 000. */
  get maxSeries(): number {
    return this.limiter.maxSeries;
  }

  limitSeries(maxSeries: number): void {
    this.limiter.limit(maxSeries);
  }

  /** Changes whenever there is a new metric, or a new description of one. */
  get revision(): number {
    const metrics = this.counters.all().length + this.gauges.all().length + this.histograms.all().length;
    return metrics + this.described;
  }

  /** Adds to a counter: a finite number, not negative. */
  count(name: string, value = 1, labels?: Labels): void {
    this.seriesFor(this.counters, name, labels, value)?.inc(value);
  }

  /** Sets a gauge: any finite number. */
  kv(name: string, value: number, labels?: Labels): void {
    this.seriesFor(this.gauges, name, labels, value)?.set(value);
  }

  /** Adds a value to a histogram: any finite number. */
  observe(name: string, value: number, labels?: Labels): void {
    this.seriesFor(this.histograms, name, labels, value)?.observe(value);
  }

  /** The counter of that name and these labels, made if need be. */
  counter(name: string, labels?: Labels): Counter {
    const series = this.seriesOrRefusal(this.counters, name, labels);
    return series instanceof Refusal ? new DroppingCounter(this.droppingHome(name, series), '') : series;
  }

  /** The gauge of that name and these labels, made if need be. It has no value until it is set. */
  gauge(name: string, labels?: Labels): Gauge {
    const series = this.seriesOrRefusal(this.gauges, name, labels);
    return series instanceof Refusal ? new DroppingGauge(this.droppingHome(name, series), '') : series;
  }

  /** Like {@link gauge}, and set to what the function returns before each read. */
  gaugeFrom(name: string, read: () => number, labels?: Labels): Gauge {
    const gauge = this.gauge(name, labels);
    if (typeof read !== 'function') {
      this.reject(name, () => messages.NO_GAUGE_FUNCTION(name, read), 'no gauge function');
    } else if (!(gauge instanceof DroppingGauge)) {
      this.functions.add(gauge, ownCopy(name), read);
    }
    return gauge;
  }

  /** The histogram of that name and these labels, made if need be. */
  histogram(name: string, labels?: Labels): HistogramSeries {
    const series = this.seriesOrRefusal(this.histograms, name, labels);
    return series instanceof Refusal ? new DroppingHistogram(this.droppingHome(name, series), '') : series;
  }

  /** Describes a metric. What was said before is kept, unless it is said again. */
  describe(name: string, given: Description): void {
    const { description, problem, unknown } = checkDescription(given);
    const broken = problem ?? this.problemWith(name, description);
    if (broken !== undefined) {
      this.reject(name, () => messages.BAD_DESCRIPTION(name, broken), broken);
      return;
    }
    if (unknown.length > 0) {
      this.rejected.warn(`unknown ${name}`, () => messages.UNKNOWN_DESCRIPTION_KEYS(name, unknown));
    }
    if (description === undefined) return;
    this.descriptions.add(ownCopy(name), description);
    this.described++;
  }

  descriptionOf(name: string): Description {
    return this.descriptions.of(name);
  }

  /**
   * Sets the classic buckets of a histogram of the monitor itself, before it has a series.
   *
   * @param areListed whether they are part of the document. Exporters get them in any case.
   */
  configureBuckets(name: string, buckets: readonly number[], areListed: boolean): void {
    this.descriptions.configure(name, { buckets });
    if (!areListed) this.unlisted.add(name);
    this.described++;
  }

  /** A counter of the monitor itself, which no flood of names can keep out. */
  ownCounter(name: string, labels?: KnownLabels): Counter {
    return this.limiter.own(this.counters, name, labels);
  }

  /**
   * A gauge of the monitor itself.
   *
   * @param initial its value before it is first set. Without it, the gauge is not in the document until then.
   */
  ownGauge(name: string, initial?: number, labels?: KnownLabels): Gauge {
    const gauge = this.limiter.own(this.gauges, name, labels);
    if (initial !== undefined) gauge.begin(initial);
    return gauge;
  }

  /** A histogram of the monitor itself. */
  ownHistogram(name: string, labels?: KnownLabels): HistogramSeries {
    return this.limiter.own(this.histograms, name, labels);
  }

  /** Has something called before every read. */
  beforeRead(hook: ReadHook): void {
    this.hooks.add(hook);
  }

  /**
   * Calls everything that is to be called before a read: {@link beforeRead}, and the functions of gauges.
   *
   * @param isQuick leaves out collectors.
   * @returns what to wait for; `undefined` if everything is up to date. It never rejects.
   */
  prepareRead(isQuick = false): Promise<void> | undefined {
    return isQuick ? this.hooks.flush() : this.hooks.run();
  }

  /**
   * Counts a sample that could not be taken as it was.
   *
   * @param describe gives the text of the warning.
   * @param mistake tells it apart from other mistakes under the same name: there is one warning for each.
   */
  reject(name: unknown, describe: () => string, mistake = ''): void {
    this.rejected.add(keyOf(name, mistake), describe);
  }

  /** The series that is to take a sample. A sample that no series can take does not make one. */
  private seriesFor<S extends Series>(
    families: Families<S>,
    name: string,
    labels: Labels | undefined,
    value: unknown,
  ): S | undefined {
    try {
      const known = families.find(name, labels);
      if (known !== undefined) return known;
    } catch {
      // Labels can be any object, a hostile one included. The limiter finds out again.
    }
    return this.newSeriesFor(families, name, labels, value);
  }

  private newSeriesFor<S extends Series>(
    families: Families<S>,
    name: string,
    labels: Labels | undefined,
    value: unknown,
  ): S | undefined {
    if (!families.accepts(value)) {
      this.refuseValue(name, value);
      return undefined;
    }
    const series = this.seriesOrRefusal(families, name, labels);
    if (!(series instanceof Refusal)) return series;
    this.reject(name, () => messages.SAMPLE_REFUSED(name, series), series.reason);
    return undefined;
  }

  private seriesOrRefusal<S extends Series>(
    families: Families<S>,
    name: string,
    labels?: Labels,
  ): S | Refusal {
    try {
      return families.find(name, labels) ?? this.limiter.obtain(families, name, labels);
    } catch {
      return new Refusal('bad labels', families.kind, this.maxSeries);
    }
  }

  /** A handle that cannot work says so at once, and counts when a sample is lost. */
  private droppingHome(name: string, refusal: Refusal): SeriesHome {
    const describe = () => messages.HANDLE_REFUSED(name, refusal);
    this.rejected.warn(keyOf(name, refusal.reason), describe);
    return { name, refuse: () => this.reject(name, describe, refusal.reason) };
  }

  private problemWith(name: unknown, description: Description | undefined): string | undefined {
    if (!isMetricName(name)) return messages.BAD_NAME;
    if (!this.descriptions.hasRoomFor(name, this.maxSeries)) {
      return messages.TOO_MANY_DESCRIPTIONS(this.maxSeries);
    }
    if (description?.buckets === undefined) return undefined;
    const kind = this.limiter.kindOf(name) ?? this.definitions.get(name)?.kind ?? 'histogram';
    if (kind !== 'histogram') return messages.BUCKETS_OF_OTHER_KIND(kind);
    return this.histograms.family(name) === undefined ? undefined : messages.LATE_BUCKETS;
  }

  private refuseValue(name: string, value: unknown): void {
    this.reject(name, () => messages.BAD_VALUE(name, value), 'bad value');
  }
}

function keyOf(name: unknown, mistake: string): string {
  return `${mistake} ${isMetricName(name) ? ownCopy(name) : NO_NAME}`;
}
