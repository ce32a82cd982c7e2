import type { Sliced } from '../../common/slices.js';
import { sortSliced } from '../../common/slices.js';
import type { Aggregate, MetricDefinition, MetricKind } from '../definitions/metric-definition.js';
import type { Description } from '../description.js';
import { labelsText } from '../series/labels.js';
import { parseLabels } from '../series/parse-series-name.js';
import { MergedCounter, MergedGauge, MergedHistogram } from './merged-series.js';
import type { Part } from './merged-series.js';
import type { AnyFamily, MetricFamilies, MetricFamily, MetricsSource, SeriesView } from './metrics-source.js';

/** Series that are merged in one time slice. */
const STEPS = 256;

/** A merged series, to which the series of the sources are added. */
interface Collecting<S extends SeriesView> extends SeriesView {
  add(part: Part<S>): void;
}

/** The family of one source, and how much of it is merged. */
interface FamilyPart<S extends SeriesView> {
  readonly source: MetricsSource;
  /** The value of the `process` label of its series, where the metric has one. */
  readonly process: string;
  readonly family: MetricFamily<MetricKind, S>;
  list: readonly S[];
  merged: number;
  hasPlain: boolean;
}

/** One metric of several sources. */
export class MergedFamily<K extends MetricKind, S extends SeriesView> implements MetricFamily<K, S> {
  plain: (S & Collecting<S>) | undefined;
  labelled: (S & Collecting<S>)[] = [];
  private readonly parts = new Map<MetricsSource, FamilyPart<S>>();
  private byLabels = new Map<string, S & Collecting<S>>();
  private ordered: readonly S[] = [];
  /** The list that was sorted. */
  private orderedList: readonly S[] | undefined;
  private aggregate: Aggregate = 'sum';

  constructor(
    readonly kind: K,
    readonly name: string,
    private readonly make: (labels: string, family: MergedFamily<K, S>) => S & Collecting<S>,
  ) {}

  get definition(): MetricDefinition | undefined {
    for (const { family } of this.parts.values()) if (family.definition) return family.definition;
    return undefined;
  }

  /** What any of the sources says; where they differ, what the first one says. */
  get description(): Description {
    const descriptions = [...this.parts.values()].map(({ family }) => family.description);
    return Object.assign({}, ...descriptions.toReversed()) as Description;
  }

  get listsBuckets(): boolean {
    return [...this.parts.values()].some(({ family }) => family.listsBuckets);
  }

  /** Adds the series of a source that are new. */
  *merge(source: MetricsSource, process: string, family: MetricFamily<MetricKind, S>): Sliced<void> {
    let part = this.parts.get(source);
    if (part === undefined || part.family !== family) {
      if (part !== undefined) this.restart();
      part = { source, process, family, list: family.labelled, merged: 0, hasPlain: false };
      this.parts.set(source, part);
    } else if (part.list !== family.labelled) {
      // Series were removed from it.
      part.list = family.labelled;
      this.restart();
    }
    if (this.kind === 'gauge') this.aggregateAs(this.description.aggregate ?? 'sum');
    for (const one of this.parts.values()) yield* this.take(one);
  }

  /** For a source that has this metric no more. @returns whether another one has it. */
  *forget(source: MetricsSource): Sliced<boolean> {
    if (!this.parts.delete(source)) return true;
    this.restart();
    for (const one of this.parts.values()) yield* this.take(one);
    return this.parts.size > 0;
  }

  private aggregateAs(aggregate: Aggregate): void {
    if (aggregate !== this.aggregate) this.restart();
    this.aggregate = aggregate;
  }

  *inOrder(): Sliced<readonly S[]> {
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

  private *take(part: FamilyPart<S>): Sliced<void> {
    const { plain } = part.family;
    if (plain !== undefined && !part.hasPlain) {
      part.hasPlain = true;
      this.add(part, plain);
    }
    // What is merged is counted one by one: another read may do the same in between.
    while (part.merged < part.list.length) {
      const series = part.list[part.merged++];
      if (series !== undefined) this.add(part, series);
      if (part.merged % STEPS === 0) yield;
    }
  }

  private add({ source, process }: FamilyPart<S>, series: S): void {
    const labels = this.aggregate === 'process' ? withProcess(series.labels, process) : series.labels;
    this.seriesOf(labels).add({ source, series });
  }

  private seriesOf(labels: string): Collecting<S> {
    if (labels === '') return (this.plain ??= this.make('', this));
    let series = this.byLabels.get(labels);
    if (series === undefined) {
      series = this.make(labels, this);
      this.byLabels.set(labels, series);
      this.labelled.push(series);
    }
    return series;
  }

  private restart(): void {
    this.plain = undefined;
    this.labelled = [];
    this.ordered = [];
    this.byLabels = new Map();
    for (const part of this.parts.values()) {
      part.merged = 0;
      part.hasPlain = false;
    }
  }
}

/** All metrics of one kind of several sources. */
export class MergedFamilies<F extends AnyFamily> implements MetricFamilies<F> {
  private readonly byName = new Map<string, MergedFamily<MetricKind, SeriesView>>();
  private list: F[] = [];

  constructor(private readonly kind: F['kind']) {}

  all(): readonly F[] {
    return this.list;
  }

  family(name: string): F | undefined {
    return this.byName.get(name) as F | undefined;
  }

  /** Adds what is new in a source. */
  *merge(source: MetricsSource, process: string, families: MetricFamilies<F>): Sliced<void> {
    for (const family of families.all()) {
      let merged = this.byName.get(family.name);
      if (merged === undefined) {
        merged = new MergedFamily<MetricKind, SeriesView>(this.kind, family.name, makeSeries);
        this.byName.set(family.name, merged);
        // The kind says which of the three families it is.
        this.list.push(merged as unknown as F);
      }
      yield* merged.merge(source, process, family);
      yield;
    }
    yield* this.forgetRemoved(source, families);
  }

  private *forgetRemoved(source: MetricsSource, families: MetricFamilies<F>): Sliced<void> {
    for (const [name, merged] of this.byName) {
      if (families.family(name) !== undefined || (yield* merged.forget(source))) continue;
      this.byName.delete(name);
      this.list = this.list.filter((family) => family.name !== name);
    }
  }
}

function makeSeries(labels: string, family: MergedFamily<MetricKind, SeriesView>): Collecting<SeriesView> {
  if (family.kind === 'counter') return new MergedCounter(labels) as Collecting<SeriesView>;
  if (family.kind === 'histogram') return new MergedHistogram(labels) as Collecting<SeriesView>;
  return new MergedGauge(labels, family.description.aggregate ?? 'sum') as Collecting<SeriesView>;
}

function withProcess(labels: string, process: string): string {
  return labelsText({ ...parseLabels(labels), process });
}
