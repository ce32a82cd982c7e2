import type { RejectedSamples } from './rejected-samples.js';
import type { CardinalityLimiter } from './series/cardinality-limiter.js';
import type { Families } from './series/families.js';
import type { Series, SeriesHome } from './series/family.js';
import type { Labels } from './series/labels.js';
import { Refusal } from './series/refusal.js';

/** Finds the series of the application, and creates them within the limits. Nothing here throws. */
export class SeriesFinder {
  constructor(
    private readonly limiter: CardinalityLimiter,
    private readonly rejected: RejectedSamples,
  ) {}

  /**
   * The series for a sample. An invalid value does not create a series.
   *
   * @returns `undefined` if there is none: the metric is excluded, or the sample has been counted as rejected.
   */
  forSample<S extends Series>(
    families: Families<S>,
    name: string,
    labels: Labels | undefined,
    value: unknown,
  ): S | undefined {
    try {
      const known = families.find(name, labels);
      if (known !== undefined) return known;
    } catch {
      // A getter or proxy threw. newSeries() handles it.
    }
    return this.newSeries(families, name, labels, value);
  }

  /**
   * The series for a handle.
   *
   * @param makeDropping makes the series that is returned in place of one that was refused. It drops every sample.
   */
  forHandle<S extends Series>(
    families: Families<S>,
    name: string,
    labels: Labels | undefined,
    makeDropping: (home: SeriesHome) => S,
  ): S {
    const series = this.seriesOrRefusal(families, name, labels);
    return series instanceof Refusal ? makeDropping(this.rejected.homeOfRefused(name, series)) : series;
  }

  private newSeries<S extends Series>(
    families: Families<S>,
    name: string,
    labels: Labels | undefined,
    value: unknown,
  ): S | undefined {
    if (this.limiter.isExcluded(name)) return undefined;
    if (!families.accepts(value)) {
      this.rejected.addValue(name, value);
      return undefined;
    }
    const series = this.seriesOrRefusal(families, name, labels);
    if (!(series instanceof Refusal)) return series;
    this.rejected.addRefused(name, series);
    return undefined;
  }

  private seriesOrRefusal<S extends Series>(
    families: Families<S>,
    name: string,
    labels: Labels | undefined,
  ): S | Refusal {
    try {
      return families.find(name, labels) ?? this.limiter.obtain(families, name, labels);
    } catch {
      return new Refusal('bad labels', families.kind, this.limiter.maxSeries);
    }
  }
}
