import type { MetricDefinition, MetricKind } from '../definitions/metric-definition.js';
import type { Description } from '../description.js';
import { LabelIndex } from './label-index.js';
import type { KnownLabels, Labels } from './labels.js';
import type { Sliced } from '../../common/slices.js';
import { sortSliced } from '../../common/slices.js';

/** The metric that a series belongs to. */
export interface SeriesHome {
  /** The name of the metric. */
  readonly name: string;
  /** Counts and logs a sample that the series refused. */
  refuse(value: unknown): void;
}

/** A series of any kind. */
export interface Series {
  /** The canonical text of its labels; empty without labels. */
  readonly labels: string;
}

/** What a family asks of the registry. */
export interface FamilyFacts {
  definitionOf(name: string): MetricDefinition | undefined;
  descriptionOf(name: string): Description;
  listsBuckets(name: string): boolean;
  onRefusal(name: string, value: unknown): void;
}

/** Creates a series of one kind. */
export type MakeSeries<S> = (home: SeriesHome, labels: string) => S;

/** All series of one metric. */
export class Family<S extends Series, K extends MetricKind = MetricKind> implements SeriesHome {
  /** The series without labels. */
  plain: S | undefined;
  /** The series for the label sets beyond the limit. */
  overflow: S | undefined;
  /** The series with labels, in the order in which they were created. */
  readonly labelled: S[] = [];
  /** For a metric of the monitor itself. */
  readonly definition: MetricDefinition | undefined;
  private readonly index = new LabelIndex<S>();
  private ordered: readonly S[] = [];

  constructor(
    readonly kind: K,
    readonly name: string,
    private readonly make: MakeSeries<S>,
    private readonly facts: FamilyFacts,
  ) {
    this.definition = facts.definitionOf(name);
  }

  get description(): Description {
    return this.facts.descriptionOf(this.name);
  }

  get listsBuckets(): boolean {
    return this.facts.listsBuckets(this.name);
  }

  /** The series of these labels, if one pass over the labels finds it. */
  find(labels: Labels | undefined): S | undefined {
    return labels === undefined ? this.plain : this.index.find(labels);
  }

  /** The series of these labels, if there is one. */
  findInAnyOrder(labels: KnownLabels | undefined): S | undefined {
    return labels === undefined ? this.plain : this.index.findInAnyOrder(labels);
  }

  /** Adds the series of labels that have none. */
  add(labels: KnownLabels | undefined, text: string): S {
    const series = this.make(this, text);
    if (labels === undefined) {
      this.plain = series;
    } else {
      this.labelled.push(series);
      this.index.add(labels, series);
    }
    return series;
  }

  /** The series with labels, sorted by their canonical names. */
  *inOrder(): Sliced<readonly S[]> {
    if (this.ordered.length !== this.labelled.length) {
      this.ordered = yield* sortSliced(this.labelled, (a, b) => (a.labels < b.labels ? -1 : 1));
    }
    return this.ordered;
  }

  refuse(value: unknown): void {
    this.facts.onRefusal(this.name, value);
  }
}
