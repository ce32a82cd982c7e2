import type { RejectedSamples } from './rejected-samples.js';
import { NOT_REMOVED } from './registry.messages.js';
import type { CardinalityLimiter } from './series/cardinality-limiter.js';
import { isMetricName } from './series/cardinality-limiter.js';
import type { Families } from './series/families.js';
import type { Series } from './series/family.js';
import type { KnownLabels, Labels } from './series/labels.js';
import { copyLabels } from './series/labels.js';
import { parseLabels } from './series/parse-series-name.js';

/** The metrics of one kind, and how a handle of one of their series is made. */
interface RemovableFamilies<S extends Series = Series> {
  readonly families: Families<S>;
  readonly handle: (name: string, labels: Labels | undefined) => S;
}

/** What the remover needs from the registry. */
interface RemoverOptions {
  readonly limiter: CardinalityLimiter;
  readonly rejected: RejectedSamples;
  readonly families: readonly RemovableFamilies[];
}

/** Removes series of the application, and gives their room back. Nothing here throws. */
export class SeriesRemover {
  /** Whether a series of the application was removed. */
  hasRemoved = false;
  private readonly listeners: ((series: Series) => void)[] = [];

  constructor(private readonly options: RemoverOptions) {}

  onRemoved(listener: (series: Series) => void): void {
    this.listeners.push(listener);
  }

  remove(name: string, labels: Labels | undefined): boolean {
    const found = this.find(name);
    if (found === undefined) return false;
    const copy = known(labels);
    if (copy === undefined) return false;
    const { kind, family } = found;
    const { limiter } = this.options;
    const series = limiter.remove(kind.families, family, Object.keys(copy).length > 0 ? copy : undefined);
    if (series === undefined) return false;
    this.retire(kind, family.name, series);
    return true;
  }

  clear(name: string): number {
    const found = this.find(name);
    if (found === undefined) return 0;
    const { kind, family } = found;
    const removed = this.options.limiter.clear(kind.families, family);
    for (const series of removed) this.retire(kind, family.name, series);
    return removed.length;
  }

  /** Removes a series of the monitor itself, if there is one. */
  removeOwn<S extends Series>(families: Families<S>, name: string, labels: KnownLabels): void {
    const series = families.family(name)?.remove(labels);
    if (series !== undefined) this.notify(series);
  }

  private find(name: unknown) {
    if (!isMetricName(name)) return undefined;
    for (const kind of this.options.families) {
      const family = kind.families.family(name);
      if (family === undefined) continue;
      if (!kind.families.isBuiltIn(name)) return { kind, family };
      this.options.rejected.warn(name, () => NOT_REMOVED(name), 'not removed');
    }
    return undefined;
  }

  private retire({ families, handle }: RemovableFamilies, name: string, series: Series): void {
    this.hasRemoved = true;
    const labels = series.labels === '' ? undefined : parseLabels(series.labels);
    series.retire(
      () => handle(name, labels),
      () => families.family(name)?.findInAnyOrder(labels),
    );
    this.notify(series);
  }

  private notify(series: Series): void {
    for (const listener of this.listeners) listener(series);
  }
}

function known(labels: unknown) {
  try {
    return labels === undefined ? {} : copyLabels(labels);
  } catch {
    // A getter or a proxy threw.
    return undefined;
  }
}
