import type { Families } from './families.js';
import type { Family, Series } from './family.js';
import type { KnownLabels } from './labels.js';
import { copyLabels, labelsText, OVERFLOW_LABELS } from './labels.js';

/** The longest name of a metric, in UTF-16 units. */
export const MAX_NAME_LENGTH = 200;

/** Whether a metric may be called that. */
export function isMetricName(name: unknown): name is string {
  return typeof name === 'string' && name.length > 0 && name.length <= MAX_NAME_LENGTH;
}

/** What {@link CardinalityLimiter.maxSeries} is until it is set. */
export const DEFAULT_MAX_SERIES = 10_000;

/** Why a series may not come to exist. */
export type RejectionReason = 'bad name' | 'bad labels' | 'other kind' | 'no room';

/** Who is told of what became of samples. */
export interface LimitListener {
  onRefused(name: unknown, refusal: RejectionReason): void;
  /** A sample went to the overflow series of its metric. */
  onOverflow(name: string): void;
}

/**
 * Decides which series come to exist. Names and labels come from outside, where anybody may put something into
 * them that never comes twice, so all that they can grow is bounded.
 */
export class CardinalityLimiter {
  /** At most so many series; those of the monitor itself and one for overflow for each metric come on top. */
  maxSeries = DEFAULT_MAX_SERIES;
  private series = 0;
  /** Which kind of metric a name stands for. */
  private readonly kinds = new Map<string, Families<Series>>();

  constructor(private readonly listener: LimitListener) {}

  /** At most so many series of one metric: half of all, so that one metric leaves room for the others. */
  get maxSeriesPerMetric(): number {
    return Math.ceil(this.maxSeries / 2);
  }

  /** Keeps a name for a series of the monitor itself, which comes to exist later if at all. */
  reserve<S extends Series>(families: Families<S>, name: string): void {
    this.kinds.set(name, families as unknown as Families<Series>);
  }

  /**
   * A series of the monitor itself. It does not count among all series, so that no flood of samples can keep it out;
   * what its labels can grow is bounded as for any metric.
   *
   * @param labels with at least one label, if there are any. They may come from outside only in what they are set to.
   */
  own<S extends Series>(families: Families<S>, name: string, labels?: KnownLabels): S {
    const family = this.familyOf(families, name);
    const known = family.find(labels) ?? family.findInAnyOrder(labels);
    if (known !== undefined) return known;
    const hasRoom = labels === undefined || family.labelled.length < this.maxSeriesPerMetric;
    if (hasRoom) return family.add(labels, labels === undefined ? '' : labelsText(labels));
    this.listener.onOverflow(name);
    return this.overflowOf(family);
  }

  /**
   * The series of that name and these labels: it is made, or the overflow series takes its place, or there is
   * none, and the listener is told why.
   */
  obtain<S extends Series>(families: Families<S>, name: unknown, given: unknown): S | undefined {
    const refuse = (refusal: RejectionReason): undefined =>
      this.listener.onRefused(name, refusal) as undefined;
    if (!isMetricName(name)) return refuse('bad name');
    const copy = given === undefined ? {} : copyLabels(given);
    if (copy === undefined) return refuse('bad labels');
    if ((this.kinds.get(name) ?? families) !== families) return refuse('other kind');

    const labels = Object.keys(copy).length > 0 ? copy : undefined;
    const known = families.family(name)?.findInAnyOrder(labels);
    if (known !== undefined) return known;
    return this.make(families, name, labels) ?? refuse('no room');
  }

  private make<S extends Series>(
    families: Families<S>,
    name: string,
    labels: KnownLabels | undefined,
  ): S | undefined {
    const known = families.family(name);
    const hasOwnRoom =
      labels === undefined || known === undefined || known.labelled.length < this.maxSeriesPerMetric;
    const hasRoom = hasOwnRoom && this.series < this.maxSeries;
    if (hasRoom) {
      this.series++;
      return this.familyOf(families, name).add(labels, labels === undefined ? '' : labelsText(labels));
    }
    if (known === undefined || labels === undefined) return undefined;
    this.listener.onOverflow(name);
    return this.overflowOf(known);
  }

  private overflowOf<S extends Series>(family: Family<S>): S {
    family.overflow ??=
      family.findInAnyOrder(OVERFLOW_LABELS) ?? family.add(OVERFLOW_LABELS, labelsText(OVERFLOW_LABELS));
    return family.overflow;
  }

  private familyOf<S extends Series>(families: Families<S>, name: string): Family<S> {
    const family = families.family(name) ?? families.add(name);
    this.reserve(families, family.name);
    return family;
  }
}
