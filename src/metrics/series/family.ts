import type { MetricDefinition, MetricKind } from '../definitions/metric-definition.js';
import type { Description } from '../description.js';
import { LabelIndex } from './label-index.js';
import type { KnownLabels, Labels } from './labels.js';
import { parseLabels } from './parse-series-name.js';
import type { Sliced } from '../../common/slices.js';
import { sortSliced } from '../../common/slices.js';

/** The metric that a series belongs to. */
export interface SeriesHome {
  /** The name of the metric. */
  readonly name: string;
  /** The {@link SeriesView.startTime} of a series that is created now. */
  readonly startTime?: number | undefined;
  /** Counts and logs a sample that the series refused. */
  refuse(value: unknown): void;
  /** Logs an exemplar that the series refused. */
  refuseExemplar(given: unknown): void;
}

/** A series of any kind. */
export interface Series {
  /** The canonical text of its labels; empty without labels. */
  readonly labels: string;
  /**
   * Called when the series has been removed: from then on, its handles are those of the series that replaces it.
   *
   * @param next returns that series for a sample, and creates it if it does not exist.
   * @param current returns that series; `undefined` if it does not exist.
   */
  retire(next: () => this, current: () => this | undefined): void;
}

/** The identity of a removed series that nothing has replaced. */
export const REMOVED: object = {};

/** What a family needs from the registry. */
export interface FamilyFacts {
  definitionOf(name: string): MetricDefinition | undefined;
  descriptionOf(name: string): Description;
  listsBuckets(name: string): boolean;
  startTime(): number | undefined;
  onRefusal(name: string, value: unknown): void;
  onBadExemplar(name: string, given: unknown): void;
}

/** The index is rebuilt when more series were removed than this, and more than still exist. */
const MAX_STALE = 64;

/** Creates a series of one kind. */
export type MakeSeries<S> = (home: SeriesHome, labels: string) => S;

/** All series of one metric. */
export class Family<S extends Series, K extends MetricKind = MetricKind> implements SeriesHome {
  /** The series without labels. */
  plain: S | undefined;
  /** The series for the label sets beyond the limit. */
  overflow: S | undefined;
  /** For a metric of the monitor itself. */
  readonly definition: MetricDefinition | undefined;
  private index = new LabelIndex<S>();
  /** A list only grows: after series were removed, a new list replaces it. */
  private list: S[] = [];
  /** Whether a reader may be visiting the list. */
  private isVisited = false;
  /** Removed series that are still in the list. */
  private readonly removed = new Set<S>();
  /** How many series were removed from the index. */
  private stale = 0;
  private ordered: readonly S[] = [];
  /** The list that `ordered` was sorted from. */
  private orderedList: readonly S[] | undefined;

  constructor(
    readonly kind: K,
    readonly name: string,
    private readonly make: MakeSeries<S>,
    private readonly facts: FamilyFacts,
  ) {
    this.definition = facts.definitionOf(name);
  }

  /**
   * The series with labels, in the order in which they were created. The list only grows. After series were removed, it is a
   * new list, so that a reader of the old one is not affected.
   */
  get labelled(): readonly S[] {
    if (this.removed.size > 0) {
      this.list = this.list.filter((series) => !this.removed.has(series));
      this.removed.clear();
    }
    this.isVisited = true;
    return this.list;
  }

  /** How many series with labels there are. */
  get labelledCount(): number {
    return this.list.length - this.removed.size;
  }

  /** The same without the overflow series, which counts toward no limit. */
  get limitedCount(): number {
    return this.labelledCount - (this.overflow === undefined ? 0 : 1);
  }

  get isEmpty(): boolean {
    return this.plain === undefined && this.labelledCount === 0;
  }

  get description(): Description {
    return this.facts.descriptionOf(this.name);
  }

  get listsBuckets(): boolean {
    return this.facts.listsBuckets(this.name);
  }

  get startTime(): number | undefined {
    return this.facts.startTime();
  }

  /** The series of these labels, if one pass over the labels finds it. */
  find(labels: Labels | undefined): S | undefined {
    return labels === undefined ? this.plain : this.index.find(labels);
  }

  /** The series of these labels, if there is one. */
  findInAnyOrder(labels: KnownLabels | undefined): S | undefined {
    return labels === undefined ? this.plain : this.index.findInAnyOrder(labels);
  }

  /** Adds a series for labels that have none. */
  add(labels: KnownLabels | undefined, text: string): S {
    const series = this.make(this, text);
    if (labels === undefined) {
      this.plain = series;
    } else {
      this.list.push(series);
      this.index.add(labels, series);
    }
    return series;
  }

  /** @returns the series that was removed. */
  remove(labels: KnownLabels | undefined): S | undefined {
    const series = this.findInAnyOrder(labels);
    if (series === undefined) return undefined;
    if (labels === undefined) {
      this.plain = undefined;
      // Readers recognize a removal by the new list.
      this.list = [...this.labelled];
    } else {
      // A reader would see the series that replaces this one beside it, twice with the same labels.
      if (this.isVisited) this.list = [...this.list];
      this.isVisited = false;
      this.removed.add(series);
      this.index.remove(labels);
      this.stale++;
      if (this.stale > MAX_STALE && this.stale > this.labelledCount) this.rebuildIndex();
    }
    if (series === this.overflow) this.overflow = undefined;
    return series;
  }

  /** @returns the series that were removed: all of them. */
  clear(): S[] {
    const series = [...(this.plain === undefined ? [] : [this.plain]), ...this.labelled];
    this.plain = undefined;
    this.overflow = undefined;
    this.list = [];
    this.rebuildIndex();
    return series;
  }

  /** The series with labels, sorted by their canonical names. */
  *inOrder(): Sliced<readonly S[]> {
    const { labelled } = this;
    if (this.orderedList !== labelled || this.ordered.length !== labelled.length) {
      const ordered = yield* sortSliced(labelled, (a, b) => (a.labels < b.labels ? -1 : 1));
      this.orderedList = labelled;
      this.ordered = ordered;
      return ordered;
    }
    return this.ordered;
  }

  /** Creates a new index, because the old one keeps the label values of removed series. */
  private rebuildIndex(): void {
    this.index = new LabelIndex();
    this.stale = 0;
    for (const series of this.labelled) this.index.add(parseLabels(series.labels), series);
  }

  refuse(value: unknown): void {
    this.facts.onRefusal(this.name, value);
  }

  refuseExemplar(given: unknown): void {
    this.facts.onBadExemplar(this.name, given);
  }
}
