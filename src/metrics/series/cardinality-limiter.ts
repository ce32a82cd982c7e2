import type { MetricKind } from '../definitions/metric-definition.js';
import type { Families } from './families.js';
import type { Family, Series } from './family.js';
import type { KnownLabels } from './labels.js';
import { copyLabels, labelsText, OVERFLOW_LABELS } from './labels.js';
import type { RefusalReason } from './refusal.js';
import { Refusal } from './refusal.js';

/** The longest name of a metric, in UTF-16 units. */
const MAX_NAME_LENGTH = 200;

/** Whether a metric may have this name. */
export function isMetricName(name: unknown): name is string {
  return typeof name === 'string' && name.length > 0 && name.length <= MAX_NAME_LENGTH;
}

/** The limit until {@link CardinalityLimiter.limit} sets another. */
export const DEFAULT_MAX_SERIES = 10_000;

/** Callbacks of the registry. */
export interface LimiterOptions {
  /** Whether a metric of the monitor itself has this name, even if it does not exist yet. */
  isBuiltIn(name: string): boolean;
  /** Called for each sample that goes to the overflow series of its metric. */
  onOverflow(name: string): void;
}

/**
 * Decides which series may exist. Names and labels come from outside and may differ each time, so the number of series
 * is bounded, in total and for each metric.
 */
export class CardinalityLimiter {
  private max = DEFAULT_MAX_SERIES;
  private series = 0;
  /** The kind of each metric, by name. */
  private readonly kinds = new Map<string, MetricKind>();
  private excludes: (name: string) => boolean = () => false;
  /** Detached series that stand in for excluded metrics of the monitor itself, by name. */
  private readonly unread = new Map<string, Series>();

  constructor(private readonly options: LimiterOptions) {}

  /** The most series of the application. Those of the monitor itself, and one overflow series per metric, are not counted. */
  get maxSeries(): number {
    return this.max;
  }

  limit(maxSeries: number): void {
    this.max = maxSeries;
  }

  /** Excludes metrics: they have no series and take no room. */
  exclude(excludes: (name: string) => boolean, all: readonly Families<Series>[]): void {
    this.excludes = excludes;
    for (const families of all) {
      for (const family of families.all()) {
        if (!excludes(family.name)) continue;
        if (families.isBuiltIn(family.name)) this.dropFamily(families, family);
        else this.clear(families, family);
      }
    }
  }

  isExcluded(name: unknown): boolean {
    return typeof name === 'string' && this.excludes(name);
  }

  /** The most series of one metric: half of all, so that one metric cannot use up the limit. */
  private get maxSeriesPerMetric(): number {
    return Math.ceil(this.max / 2);
  }

  kindOf(name: string): MetricKind | undefined {
    return this.kinds.get(name);
  }

  /**
   * A series of the monitor itself. It does not count toward the limit, so that samples of the application cannot prevent it; the
   * number of its label sets is bounded as for any metric.
   *
   * @param labels at least one, or `undefined`. Only their values may come from outside.
   */
  own<S extends Series>(families: Families<S>, name: string, labels?: KnownLabels): S {
    if (this.excludes(name)) return this.unreadOf(families, name);
    const family = families.family(name) ?? this.addFamily(families, name, true);
    const known = family.find(labels) ?? family.findInAnyOrder(labels);
    if (known !== undefined) return known;
    const hasRoom = labels === undefined || family.limitedCount < this.maxSeriesPerMetric;
    if (hasRoom) return family.add(labels, labels === undefined ? '' : labelsText(labels));
    this.options.onOverflow(name);
    return this.overflowOf(family);
  }

  /** The series with this name and these labels, created if it does not exist; the overflow series; or a refusal. */
  obtain<S extends Series>(families: Families<S>, name: unknown, given: unknown): S | Refusal {
    const refuse = (reason: RefusalReason, takenBy?: MetricKind) =>
      new Refusal(reason, families.kind, this.max, takenBy);
    if (!isMetricName(name)) return refuse('bad name');
    const copy = given === undefined ? {} : copyLabels(given);
    if (copy === undefined) return refuse('bad labels');
    if (this.options.isBuiltIn(name) || families.isBuiltIn(name)) return refuse('built-in');
    if (this.excludes(name)) return families.detached(name);
    const takenBy = this.kinds.get(name);
    if (takenBy !== undefined && takenBy !== families.kind) return refuse('other kind', takenBy);

    const labels = Object.keys(copy).length > 0 ? copy : undefined;
    const known = families.family(name)?.findInAnyOrder(labels);
    if (known !== undefined) return known;
    return this.make(families, name, labels) ?? refuse('no room');
  }

  /**
   * Removes a series of the application, and gives its room back.
   *
   * @returns the series, or `undefined` if there is none.
   */
  remove<S extends Series>(
    families: Families<S>,
    family: Family<S>,
    labels: KnownLabels | undefined,
  ): S | undefined {
    const { overflow } = family;
    const series = family.remove(labels);
    // The overflow series is not counted.
    if (series !== undefined && series !== overflow) this.series--;
    if (family.isEmpty) this.dropFamily(families, family);
    return series;
  }

  /**
   * Removes all series of a metric of the application, and gives their room back.
   *
   * @returns the series.
   */
  clear<S extends Series>(families: Families<S>, family: Family<S>): S[] {
    const hadOverflow = family.overflow !== undefined;
    const removed = family.clear();
    this.series -= removed.length - (hadOverflow ? 1 : 0);
    this.dropFamily(families, family);
    return removed;
  }

  private dropFamily<S extends Series>(families: Families<S>, family: Family<S>): void {
    families.remove(family);
    this.kinds.delete(family.name);
  }

  private make<S extends Series>(
    families: Families<S>,
    name: string,
    labels: KnownLabels | undefined,
  ): S | undefined {
    const known = families.family(name);
    const hasOwnRoom =
      labels === undefined || known === undefined || known.limitedCount < this.maxSeriesPerMetric;
    if (hasOwnRoom && this.series < this.max) {
      this.series++;
      const family = known ?? this.addFamily(families, name, false);
      return family.add(labels, labels === undefined ? '' : labelsText(labels));
    }
    if (known === undefined || labels === undefined) return undefined;
    this.options.onOverflow(name);
    // The application has recorded a series with the label of the overflow series itself, which was counted.
    if (known.overflow === undefined && known.findInAnyOrder(OVERFLOW_LABELS) !== undefined) this.series--;
    return this.overflowOf(known);
  }

  private unreadOf<S extends Series>(families: Families<S>, name: string): S {
    // Each name of the monitor has one kind, so the cast is safe.
    const series = (this.unread.get(name) as S | undefined) ?? families.detached(name);
    this.unread.set(name, series);
    return series;
  }

  private overflowOf<S extends Series>(family: Family<S>): S {
    family.overflow ??=
      family.findInAnyOrder(OVERFLOW_LABELS) ?? family.add(OVERFLOW_LABELS, labelsText(OVERFLOW_LABELS));
    return family.overflow;
  }

  private addFamily<S extends Series>(families: Families<S>, name: string, isBuiltIn: boolean): Family<S> {
    const family = families.add(name, isBuiltIn);
    this.kinds.set(family.name, families.kind);
    return family;
  }
}
