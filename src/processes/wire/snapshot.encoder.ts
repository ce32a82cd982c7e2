import type { Sliced } from '../../common/slices.js';
import type { AnyFamily, MetricFamilies, MetricsView } from '../../metrics/source/metrics-source.js';
import { FamilyEncoder } from './family.encoder.js';
import type { KindLetter, TotalsLine } from './lines.js';

/**
 * Encodes the totals and current values of a source for one receiver, which has received all lines so far: only what has changed since
 * then.
 */
export class SnapshotEncoder {
  private readonly families = new Map<AnyFamily, FamilyEncoder>();
  private numbers = 0;
  private revision: number | undefined;

  /** @param emit gets each line, and the kind of the metric that it is about. */
  *encode(view: MetricsView, emit: (line: TotalsLine, kind?: KindLetter) => void): Sliced<void> {
    const isRevised = view.revision !== this.revision;
    this.revision = view.revision;
    yield* this.encodeAll('c', view.counters, isRevised, emit);
    yield* this.encodeAll('g', view.gauges, isRevised, emit);
    yield* this.encodeAll('h', view.histograms, isRevised, emit);
    emit(['i', view.startTime, view.facts()]);
  }

  /** Whether a counter or histogram has a value that was not sent, other than those that change while the process is idle. */
  *hasNews({ counters, histograms }: MetricsView): Sliced<boolean> {
    for (const family of [...counters.all(), ...histograms.all()]) {
      if (family.definition?.risesWhenIdle === true) continue;
      const sent = this.families.get(family);
      if (sent === undefined || (yield* sent.hasNews(family))) return true;
      yield;
    }
    return false;
  }

  /** What was sent of a metric. */
  sent(family: AnyFamily): Pick<FamilyEncoder, 'number' | 'labels' | 'hasPlain'> | undefined {
    return this.families.get(family);
  }

  /** The metrics that were sent, each with the list of its series at that time. */
  lists(): (readonly [AnyFamily, AnyFamily['labelled']])[] {
    return [...this.families].map(([family, { list }]) => [family, list] as const);
  }

  private *encodeAll<F extends AnyFamily>(
    kind: KindLetter,
    families: MetricFamilies<F>,
    isRevised: boolean,
    emit: (line: TotalsLine, kind: KindLetter) => void,
  ): Sliced<void> {
    const emitOfKind = (line: TotalsLine) => emit(line, kind);
    if (isRevised) this.removeOthers(kind, new Set<AnyFamily>(families.all()), emitOfKind);
    for (const family of families.all()) {
      yield* this.begin(family, kind, isRevised, emitOfKind).send(family, emitOfKind);
      yield;
    }
  }

  private removeOthers(
    kind: KindLetter,
    present: ReadonlySet<AnyFamily>,
    emit: (line: TotalsLine) => void,
  ): void {
    for (const [family, sent] of this.families) {
      if (sent.kind !== kind || present.has(family)) continue;
      this.families.delete(family);
      emit(['r', sent.number]);
    }
  }

  private begin(
    family: AnyFamily,
    kind: KindLetter,
    isRevised: boolean,
    emit: (line: TotalsLine) => void,
  ): FamilyEncoder {
    const sent = this.families.get(family);
    if (sent?.list === family.labelled) {
      if (isRevised) sent.sendFlags(family, emit);
      return sent;
    }
    // Series were removed from it.
    if (sent !== undefined) emit(['r', sent.number]);
    const added = new FamilyEncoder(kind, this.numbers++, family.labelled);
    this.families.set(family, added);
    added.sendFlags(family, emit);
    return added;
  }
}
