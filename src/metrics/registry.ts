import { CountedWarnings } from './counted-warnings.js';
import { Counter } from './counter.js';
import type { Description } from './description.js';
import { copyDescription } from './description.js';
import { Descriptions } from './descriptions.js';
import { DroppingCounter, DroppingGauge, DroppingHistogram } from './dropping.js';
import { Gauge } from './gauge.js';
import { HistogramSeries } from './histogram/histogram-series.js';
import { ownCopy } from '../common/own-copy.js';
import type { RegistryOptions } from './registry-options.js';
import { CardinalityLimiter, isMetricName } from './series/cardinality-limiter.js';
import { Families } from './series/families.js';
import type { Series, SeriesHome } from './series/family.js';
import type { KnownLabels, Labels } from './series/labels.js';

/** The counter of samples that were dropped; it appears with the first one. */
export const REJECTED_SAMPLES = 'monitor_rejected_samples';

/** The counter of samples that went to an `{overflow="true"}` series; it appears with the first one. */
export const OVERFLOWED_SAMPLES = 'monitor_overflowed_samples';

/** Stands for every name that is none: there is one warning for all of them. */
const NO_NAME = '';

/**
 * Where the numbers live. They get in by {@link count}, {@link kv} and {@link observe}, or by the handles of
 * {@link counter}, {@link gauge} and {@link histogram}. They come out by `readout.ts`.
 *
 * Nothing here throws: a sample that cannot be taken is dropped, counted and warned of once.
 */
export class MetricsRegistry {
  readonly counters: Families<Counter>;
  readonly gauges: Families<Gauge>;
  readonly histograms: Families<HistogramSeries>;
  readonly descriptions = new Descriptions();
  /** Histograms of the monitor itself whose classic buckets nobody asked for: they are for exporters only. */
  readonly unlistedBuckets = new Set<string>();
  /** Called before anything is read: what somebody has put aside to be counted later is counted then. */
  readonly settlers: (() => void)[] = [];
  /** Those among the gauges that are read from a function. */
  readonly readGauges = new Set<Gauge>();

  /** Whether one of them is being read just now: if it looks at the monitor itself, it is not read once more for that. */
  isRefreshing = false;

  private readonly rejected: CountedWarnings;
  private readonly overflowed: CountedWarnings;
  private readonly limiter: CardinalityLimiter;

  constructor(private readonly options: RegistryOptions) {
    const { texts, warn } = options;
    const onRefusal = (name: string, value: unknown) => this.refuseValue(name, value);
    this.counters = new Families(
      (home, labels) => new Counter(home, labels),
      (value) => Counter.accepts(value),
      onRefusal,
    );
    this.gauges = new Families(
      (home, labels) => new Gauge(home, labels),
      (value) => Gauge.accepts(value),
      onRefusal,
    );
    this.histograms = new Families(
      (home, labels) => {
        const { buckets } = this.descriptions.get(home.name) ?? {};
        return new HistogramSeries(home, labels, buckets, !this.unlistedBuckets.has(home.name));
      },
      (value) => HistogramSeries.accepts(value),
      onRefusal,
    );
    this.rejected = new CountedWarnings(() => this.ownCounter(REJECTED_SAMPLES), warn);
    this.overflowed = new CountedWarnings(() => this.ownCounter(OVERFLOWED_SAMPLES), warn);
    this.limiter = new CardinalityLimiter({
      onRefused: (name, refusal) => this.reject(name, () => texts.refused(name, refusal, this.maxSeries)),
      onOverflow: (name) => this.overflowed.add(name, () => texts.overflow(name, this.maxSeries)),
    });
    for (const name of [REJECTED_SAMPLES, OVERFLOWED_SAMPLES]) this.reserveCounter(name);
  }

  /** At most so many series; see {@link CardinalityLimiter.maxSeries}. */
  get maxSeries(): number {
    return this.limiter.maxSeries;
  }

  set maxSeries(maxSeries: number) {
    this.limiter.maxSeries = maxSeries;
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
    return this.obtain(this.counters, name, labels) ?? new DroppingCounter(this.dropping(name), '');
  }

  /** The gauge of that name and these labels, made if need be. It has no value until it is set. */
  gauge(name: string, labels?: Labels): Gauge {
    return this.obtain(this.gauges, name, labels) ?? new DroppingGauge(this.dropping(name), '');
  }

  /** Like {@link gauge}, and set to what the function gives whenever somebody looks. */
  gaugeFrom(name: string, read: () => number, labels?: Labels): Gauge {
    const gauge = this.gauge(name, labels);
    if (typeof read !== 'function') {
      this.refuseValue(name, read);
    } else if (!(gauge instanceof DroppingGauge)) {
      gauge.readFrom(read);
      this.readGauges.add(gauge);
    }
    return gauge;
  }

  /** The histogram of that name and these labels, made if need be. */
  histogram(name: string, labels?: Labels): HistogramSeries {
    return this.obtain(this.histograms, name, labels) ?? new DroppingHistogram(this.dropping(name), '');
  }

  /** Says what a metric is. What was said before is kept, unless it is said again. */
  describe(name: string, given: Description): void {
    const known = this.descriptions.get(name);
    const hasRoom = this.descriptions.hasRoomFor(name, this.maxSeries);
    const description = isMetricName(name) && hasRoom ? copyDescription(given) : undefined;
    const isLate = description?.buckets !== undefined && this.histograms.family(name) !== undefined;
    if (description === undefined || isLate) {
      this.reject(name, () => this.options.texts.badDescription(name, given));
      return;
    }
    this.descriptions.set(ownCopy(name), { ...known, ...description });
  }

  /** Keeps a name for a counter of the monitor itself, which comes to exist with {@link ownCounter}. */
  reserveCounter(name: string): void {
    this.limiter.reserve(this.counters, name);
  }

  /** Keeps a name for a histogram of the monitor itself. */
  reserveHistogram(name: string): void {
    this.limiter.reserve(this.histograms, name);
  }

  /** A counter of the monitor itself, which no flood of names can keep out. */
  ownCounter(name: string, labels?: KnownLabels): Counter {
    return this.limiter.own(this.counters, name, labels);
  }

  /**
   * A gauge of the monitor itself.
   *
   * @param initial what it says before it is first set. Without it, it is not there until then.
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
      if (families.accepts(value)) return this.limiter.obtain(families, name, labels);
      this.refuseValue(name, value);
    } catch (thrown) {
      // Labels can be any object, a hostile one included.
      this.refuseValue(name, thrown);
    }
    return undefined;
  }

  /** The series of a handle, as for a sample that every kind of series takes. */
  private obtain<S extends Series>(families: Families<S>, name: string, labels?: Labels): S | undefined {
    return this.seriesFor(families, name, labels, 0);
  }

  private dropping(name: string): SeriesHome {
    return { name, refuse: (value) => this.refuseValue(name, value) };
  }

  private refuseValue(name: string, value: unknown): void {
    this.reject(name, () => this.options.texts.badValue(name, value));
  }

  /**
   * Takes note of something about a sample that could not be taken as it was.
   *
   * @param describe gives the text of the warning, which comes once for each name.
   */
  reject(name: unknown, describe: () => string): void {
    this.rejected.add(isMetricName(name) ? ownCopy(name) : NO_NAME, describe);
  }
}
