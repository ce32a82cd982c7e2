import type { Sliced } from '../../common/slices.js';
import { sortSliced } from '../../common/slices.js';
import { BUILT_IN_METRICS } from '../../metrics/definitions/built-in-metrics.js';
import type { MetricDefinition, MetricKind } from '../../metrics/definitions/metric-definition.js';
import type { Description } from '../../metrics/description.js';
import type { AnyFamily, MetricFamilies, MetricFamily } from '../../metrics/source/metrics-source.js';
import type { FamilyFlags } from '../wire/lines.js';
import { PLAIN } from '../wire/lines.js';
import type { ReceivedSeries } from './received-series.js';

/** Makes a series of one kind. */
export type MakeReceived<S extends ReceivedSeries> = (labels: string, family: string, at: number) => S;

/** One metric of another process. */
export class ReceivedFamily<S extends ReceivedSeries = ReceivedSeries> implements MetricFamily<
  MetricKind,
  S
> {
  plain: S | undefined;
  private list: S[] = [];
  definition: MetricDefinition | undefined;
  description: Description = {};
  listsBuckets = false;
  private readonly byLabels = new Map<string, S>();
  private ordered: readonly S[] = [];

  constructor(
    readonly kind: MetricKind,
    readonly name: string,
    private readonly make: MakeReceived<S>,
  ) {}

  get labelled(): readonly S[] {
    return this.list;
  }

  describe({ own = false, lists = false, description }: FamilyFlags): void {
    this.definition = own ? BUILT_IN_METRICS.get(this.name) : undefined;
    const { help, unit, aggregate } = this.definition ?? {};
    this.listsBuckets = lists;
    this.description = description ?? {
      ...(help !== undefined && { help }),
      ...(unit !== undefined && { unit }),
      ...(aggregate !== undefined && { aggregate }),
    };
  }

  /** Adds what another source knows about the same metric. What is known here already has priority. */
  adopt({ definition, description, listsBuckets }: ReceivedFamily): void {
    this.definition ??= definition;
    this.description = { ...description, ...this.description };
    this.listsBuckets ||= listsBuckets;
  }

  /** The series of these labels, which is added if there is none. */
  series(labels: string): S {
    if (labels === '') return (this.plain ??= this.make('', this.name, PLAIN));
    let series = this.byLabels.get(labels);
    if (series === undefined) {
      series = this.make(labels, this.name, this.list.length);
      this.byLabels.set(labels, series);
      this.list.push(series);
    }
    return series;
  }

  /** Removes all series but these. Readers recognize that by the new list. @returns those that were removed. */
  retain(retained: ReadonlySet<ReceivedSeries>): readonly S[] {
    const removed = [...this.all()].filter((series) => !retained.has(series));
    if (removed.length === 0) return removed;
    if (this.plain !== undefined && !retained.has(this.plain)) this.plain = undefined;
    for (const { labels } of removed) this.byLabels.delete(labels);
    this.list = this.list.filter((series) => retained.has(series));
    this.ordered = [];
    return removed;
  }

  find(labels: string): S | undefined {
    return labels === '' ? this.plain : this.byLabels.get(labels);
  }

  *all(): Iterable<S> {
    if (this.plain !== undefined) yield this.plain;
    yield* this.labelled;
  }

  *inOrder(): Sliced<readonly S[]> {
    if (this.ordered.length !== this.labelled.length) {
      this.ordered = yield* sortSliced(this.labelled, (a, b) => (a.labels < b.labels ? -1 : 1));
    }
    return this.ordered;
  }
}

/** All metrics of one kind of another process. */
export class ReceivedFamilies<F extends AnyFamily, S extends ReceivedSeries> implements MetricFamilies<F> {
  private readonly byName = new Map<string, ReceivedFamily<S>>();
  private list: ReceivedFamily<S>[] = [];

  constructor(
    private readonly kind: F['kind'],
    private readonly make: MakeReceived<S>,
  ) {}

  all(): readonly F[] {
    // The kind determines which of the three families it is.
    return this.list as unknown as F[];
  }

  family(name: string): F | undefined {
    return this.byName.get(name) as F | undefined;
  }

  remove(name: string): void {
    this.byName.delete(name);
    this.list = this.list.filter((family) => family.name !== name);
  }

  received(): readonly ReceivedFamily<S>[] {
    return this.list;
  }

  /** The metric of that name, which is added if there is none. */
  obtain(name: string): ReceivedFamily<S> {
    let family = this.byName.get(name);
    if (family === undefined) {
      family = new ReceivedFamily(this.kind, name, this.make);
      this.byName.set(name, family);
      this.list.push(family);
    }
    return family;
  }
}
