import type { AnyFamily } from '../../metrics/source/metrics-source.js';
import type { ReceivedFamily } from '../received/received-family.js';
import type { ReceivedSource } from '../received/received-source.js';
import type { SnapshotEncoder } from '../wire/snapshot.encoder.js';

/** The list of series of each metric. There is another one after series of the metric were removed. */
type Lists = ReadonlyMap<string, AnyFamily['labelled']>;

/**
 * Which metrics lose series when everything is saved again. The new encoder does not know what was saved before, so it does not say
 * which series were removed since.
 */
export class SavedFamilies {
  private lists: Lists = new Map();

  constructor(private readonly source: ReceivedSource) {}

  /** The saved metrics that were removed, or have lost series, since they were saved. */
  staleAfter(encoder: SnapshotEncoder): ReadonlySet<ReceivedFamily> {
    const lists = listsOf(encoder);
    const saved = [this.source.counters, this.source.gauges, this.source.histograms];
    const families = saved.flatMap((one): readonly ReceivedFamily[] => one.received());
    return new Set(families.filter((family) => lists.get(keyOf(family)) !== this.lists.get(keyOf(family))));
  }

  /** Called when what was encoded has been saved. */
  keep(encoder: SnapshotEncoder): void {
    this.lists = listsOf(encoder);
  }
}

function listsOf(encoder: SnapshotEncoder): Lists {
  return new Map(encoder.lists().map(([family, list]) => [keyOf(family), list]));
}

function keyOf({ kind, name }: Pick<AnyFamily, 'kind' | 'name'>): string {
  return `${kind} ${name}`;
}
