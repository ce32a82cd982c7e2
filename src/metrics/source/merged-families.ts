import type { Sliced } from '../../common/slices.js';
import type { FamilyPart } from './merged-family.js';
import { MergedFamily } from './merged-family.js';
import type { SourceKey } from './merged-series.js';
import type { AnyFamily, MetricFamilies } from './metrics-source.js';

/** All metrics of one kind from one source. */
export interface FamiliesPart<F extends AnyFamily> {
  readonly source: SourceKey;
  readonly process: string;
  readonly families: MetricFamilies<F>;
}

/** All metrics of one kind from several sources. */
export class MergedFamilies<F extends AnyFamily> implements MetricFamilies<F> {
  private readonly byName = new Map<string, MergedFamily>();
  private list: F[] = [];

  constructor(private readonly kind: F['kind']) {}

  all(): readonly F[] {
    return this.list;
  }

  family(name: string): F | undefined {
    return this.byName.get(name) as F | undefined;
  }

  /** Updates the metrics to those of these sources. */
  *update(sources: readonly FamiliesPart<F>[]): Sliced<void> {
    const parts = new Map<string, FamilyPart[]>();
    for (const { source, process, families } of sources) {
      for (const family of families.all()) {
        const known = parts.get(family.name);
        if (known === undefined) parts.set(family.name, [{ source, process, family }]);
        else known.push({ source, process, family });
      }
      yield;
    }
    for (const [name, ofName] of parts) {
      const known = this.byName.get(name);
      const merged = known ?? new MergedFamily(this.kind, name);
      yield* merged.update(ofName);
      // Another read may have added it meanwhile.
      if (known === undefined && !this.byName.has(name)) {
        this.byName.set(name, merged);
        // The kind determines which of the three family types F is.
        this.list.push(merged as unknown as F);
      }
    }
    this.forget(parts);
  }

  /** Removes metrics that are no longer in any source. */
  private forget(parts: ReadonlyMap<string, unknown>): void {
    const size = this.byName.size;
    for (const name of this.byName.keys()) if (!parts.has(name)) this.byName.delete(name);
    if (this.byName.size < size) this.list = this.list.filter(({ name }) => parts.has(name));
  }
}
