import { ownCopy } from '../../common/own-copy.js';
import type { MetricKind } from '../definitions/metric-definition.js';
import type { FamilyFacts, MakeSeries, Series } from './family.js';
import { Family } from './family.js';
import type { Labels } from './labels.js';

/** How the families of one kind are made. */
export interface FamiliesOptions<S extends Series, K extends MetricKind> {
  readonly kind: K;
  readonly make: MakeSeries<S>;
  /** Whether a series of this kind accepts a value. */
  readonly accepts: (value: unknown) => boolean;
  readonly facts: FamilyFacts;
}

/** All metrics of one kind. */
export class Families<S extends Series, K extends MetricKind = MetricKind> {
  readonly kind: K;
  readonly accepts: (value: unknown) => boolean;
  /** Samples of the application are looked up only here, so they cannot change a built-in metric. */
  private readonly application = new Map<string, Family<S, K>>();
  private readonly builtIn = new Map<string, Family<S, K>>();
  private list: Family<S, K>[] = [];
  private changes = 0;

  constructor(private readonly options: FamiliesOptions<S, K>) {
    this.kind = options.kind;
    this.accepts = options.accepts;
  }

  /** The series for a sample of the application, if one pass over the labels finds it, as it nearly always does. */
  find(name: string, labels: Labels | undefined): S | undefined {
    return this.application.get(name)?.find(labels);
  }

  family(name: string): Family<S, K> | undefined {
    return this.application.get(name) ?? this.builtIn.get(name);
  }

  isBuiltIn(name: string): boolean {
    return this.builtIn.has(name);
  }

  add(name: string, isBuiltIn: boolean): Family<S, K> {
    const { kind, make, facts } = this.options;
    const family = new Family(kind, ownCopy(name), make, facts);
    (isBuiltIn ? this.builtIn : this.application).set(family.name, family);
    this.list.push(family);
    this.changes++;
    return family;
  }

  /** Removes a metric. Its series are no longer read. */
  remove(family: Family<S, K>): void {
    this.application.delete(family.name);
    this.builtIn.delete(family.name);
    this.list = this.list.filter((one) => one !== family);
    this.changes++;
  }

  /** A series that is in no list and is never read. */
  detached(name: string): S {
    const { kind, make, facts } = this.options;
    return new Family(kind, name, make, facts).add(undefined, '');
  }

  /** Changes when a metric is added or removed. */
  get revision(): number {
    return this.changes;
  }

  /** In the order in which they were added. The list only grows; removing a metric creates a new list. */
  all(): readonly Family<S, K>[] {
    return this.list;
  }
}
