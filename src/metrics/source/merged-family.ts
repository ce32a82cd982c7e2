import type { Sliced } from '../../common/slices.js';
import { sortSliced } from '../../common/slices.js';
import type { Aggregate, MetricDefinition, MetricKind } from '../definitions/metric-definition.js';
import type { Description } from '../description.js';
import { labelsText } from '../series/labels.js';
import { parseLabels } from '../series/parse-series-name.js';
import { MergedCounter, MergedGauge, MergedHistogram } from './merged-series.js';
import type { Part, SourceKey } from './merged-series.js';
import type { MetricFamily, SeriesView } from './metrics-source.js';

/** Series that are merged in one time slice. */
const STEPS = 256;

/** A merged series, to which the series of the sources are added. */
interface Collecting<S extends SeriesView> extends SeriesView {
  add(part: Part<S>): void;
}

/** The family of one source. */
export interface FamilyPart {
  readonly source: SourceKey;
  /** The value of the `process` label of its series, if the metric has one. */
  readonly process: string;
  readonly family: MetricFamily<MetricKind, SeriesView>;
}

/** How much of a part is merged. */
interface MergedPart extends FamilyPart {
  readonly list: readonly SeriesView[];
  merged: number;
  hasPlain: boolean;
}

/** The merged series of certain parts. It only grows: if parts change or are removed, a new table is built and replaces it. */
class MergedSeriesTable {
  plain: Collecting<SeriesView> | undefined;
  readonly labelled: Collecting<SeriesView>[] = [];
  readonly parts: MergedPart[] = [];
  private readonly byLabels = new Map<string, Collecting<SeriesView>>();

  constructor(
    private readonly kind: MetricKind,
    readonly aggregate: Aggregate,
  ) {}

  /** Whether all parts that were merged are still among these parts, unchanged. */
  fits(parts: readonly FamilyPart[], aggregate: Aggregate): boolean {
    if (aggregate !== this.aggregate || parts.length < this.parts.length) return false;
    return this.parts.every((known) => parts.some((part) => isUnchanged(known, part)));
  }

  *merge(parts: readonly FamilyPart[]): Sliced<void> {
    for (const part of parts) {
      let known = this.parts.find(({ source }) => source === part.source);
      if (known === undefined) {
        known = { ...part, list: part.family.labelled, merged: 0, hasPlain: false };
        this.parts.push(known);
      }
      yield* this.take(known);
    }
  }

  private *take(part: MergedPart): Sliced<void> {
    const { plain } = part.family;
    if (plain !== undefined && !part.hasPlain) {
      part.hasPlain = true;
      this.add(part, plain);
    }
    // `merged` is counted series by series, because another read may merge the same part at a `yield`.
    while (part.merged < part.list.length) {
      const series = part.list[part.merged++];
      if (series !== undefined) this.add(part, series);
      if (part.merged % STEPS === 0) yield;
    }
  }

  private add({ source, process }: FamilyPart, series: SeriesView): void {
    const labels = this.aggregate === 'process' ? withProcess(series.labels, process) : series.labels;
    this.seriesOf(labels).add({ source, series });
  }

  private seriesOf(labels: string): Collecting<SeriesView> {
    if (labels === '') return (this.plain ??= this.make(''));
    let series = this.byLabels.get(labels);
    if (series === undefined) {
      series = this.make(labels);
      this.byLabels.set(labels, series);
      this.labelled.push(series);
    }
    return series;
  }

  private make(labels: string): Collecting<SeriesView> {
    if (this.kind === 'counter') return new MergedCounter(labels) as Collecting<SeriesView>;
    if (this.kind === 'histogram') return new MergedHistogram(labels) as Collecting<SeriesView>;
    return new MergedGauge(labels, this.aggregate) as Collecting<SeriesView>;
  }
}

/** One metric of several sources. */
export class MergedFamily implements MetricFamily<MetricKind, SeriesView> {
  private table: MergedSeriesTable;
  /** In the order of the sources. */
  private parts: readonly FamilyPart[] = [];
  private ordered: readonly SeriesView[] = [];
  /** The list that `ordered` was sorted from. */
  private orderedList: readonly SeriesView[] | undefined;

  constructor(
    readonly kind: MetricKind,
    readonly name: string,
  ) {
    this.table = new MergedSeriesTable(kind, 'sum');
  }

  get plain(): SeriesView | undefined {
    return this.table.plain;
  }

  get labelled(): readonly SeriesView[] {
    return this.table.labelled;
  }

  get definition(): MetricDefinition | undefined {
    for (const { family } of this.parts) if (family.definition) return family.definition;
    return undefined;
  }

  /** The descriptions of all sources, merged. Where they differ, the first source takes precedence. */
  get description(): Description {
    const descriptions = this.parts.map(({ family }) => family.description);
    return Object.assign({}, ...descriptions.toReversed()) as Description;
  }

  get listsBuckets(): boolean {
    return this.parts.some(({ family }) => family.listsBuckets);
  }

  /**
   * Updates the metric to these parts. If something was only added, the series stay. Otherwise all series are merged into a
   * new table, which replaces the old one when it is complete: a concurrent read never sees an incomplete table.
   */
  *update(parts: readonly FamilyPart[]): Sliced<void> {
    this.parts = parts;
    const aggregate = this.kind === 'gauge' ? (this.description.aggregate ?? 'sum') : 'sum';
    const table = this.table.fits(parts, aggregate)
      ? this.table
      : new MergedSeriesTable(this.kind, aggregate);
    yield* table.merge(parts);
    this.table = table;
  }

  *inOrder(): Sliced<readonly SeriesView[]> {
    const { labelled } = this;
    // The same list only grows; another one can have the same length.
    if (this.orderedList !== labelled || this.ordered.length !== labelled.length) {
      const ordered = yield* sortSliced(labelled, (a, b) => (a.labels < b.labels ? -1 : 1));
      this.orderedList = labelled;
      this.ordered = ordered;
      return ordered;
    }
    return this.ordered;
  }
}

function isUnchanged(known: MergedPart, { source, family, process }: FamilyPart): boolean {
  return (
    known.source === source &&
    known.family === family &&
    known.list === family.labelled &&
    known.process === process
  );
}

function withProcess(labels: string, process: string): string {
  return labelsText({ ...parseLabels(labels), process });
}
