import type { Sliced } from '../../common/slices.js';
import type { Description } from '../../metrics/description.js';
import type {
  AnyFamily,
  HistogramSeriesView,
  MetricFamilies,
  MetricsView,
} from '../../metrics/source/metrics-source.js';
import { encodeExemplars } from './exemplar.codec.js';
import { encodeHistogram } from './histogram.codec.js';
import type { FamilyFlags, KindLetter, TotalsLine } from './lines.js';
import { PLAIN } from './lines.js';

/** The limits of one line: the number of series, and of characters in their labels. */
const [SERIES, CHARACTERS] = [256, 65_536];

/** What the other side has of a metric. */
interface SentFamily {
  readonly kind: KindLetter;
  readonly number: number;
  readonly list: AnyFamily['labelled'];
  flags: string;
  labels: number;
  plain: number | undefined;
  /** Values of counters and gauges; counts of histograms. */
  readonly values: number[];
}

/**
 * Encodes the totals and current values of a source for one receiver, who has got all lines so far: only what has changed since
 * then.
 */
export class SnapshotEncoder {
  private readonly families = new Map<AnyFamily, SentFamily>();
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

  /** What was sent of a metric: its number, and how many of its series. */
  sent(family: AnyFamily): { number: number; labels: number; hasPlain: boolean } | undefined {
    const sent = this.families.get(family);
    return sent && { number: sent.number, labels: sent.labels, hasPlain: sent.plain !== undefined };
  }

  private *encodeAll<F extends AnyFamily>(
    kind: KindLetter,
    families: MetricFamilies<F>,
    isRevised: boolean,
    emit: (line: TotalsLine, kind: KindLetter) => void,
  ): Sliced<void> {
    if (isRevised) this.removeOthers(kind, new Set<AnyFamily>(families.all()), emit);
    for (const family of families.all()) {
      const sent = this.begin(family, kind, isRevised, emit);
      const { plain } = family;
      if (plain !== undefined) {
        this.sendPlain(sent, plain as SeriesOfAnyKind, (line) => emit(line, kind));
      }
      this.sendLabels(sent, family, (line) => emit(line, kind));
      for (let at = 0; at < sent.labels; at += SERIES) {
        if (kind === 'h') yield* this.sendHistograms(sent, family, at, emit);
        else this.sendNumbers(sent, family, at, (line) => emit(line, kind));
        yield;
      }
      yield;
    }
  }

  private removeOthers(
    kind: KindLetter,
    present: ReadonlySet<AnyFamily>,
    emit: (line: TotalsLine, kind: KindLetter) => void,
  ): void {
    for (const [family, sent] of this.families) {
      if (sent.kind !== kind || present.has(family)) continue;
      this.families.delete(family);
      emit(['r', sent.number], kind);
    }
  }

  private begin(
    family: AnyFamily,
    kind: KindLetter,
    isRevised: boolean,
    emit: (line: TotalsLine, kind: KindLetter) => void,
  ): SentFamily {
    let sent = this.families.get(family);
    if (sent !== undefined && sent.list === family.labelled && !isRevised) return sent;
    const flags = flagsOf(family);
    const text = JSON.stringify(flags);
    if (sent === undefined || sent.list !== family.labelled) {
      // Series were removed from it.
      if (sent !== undefined) emit(['r', sent.number], kind);
      const list = family.labelled;
      sent = { kind, number: this.numbers++, list, flags: '', labels: 0, plain: undefined, values: [] };
      this.families.set(family, sent);
    }
    if (sent.flags !== text) emit(['f', sent.number, kind, family.name, flags], kind);
    sent.flags = text;
    return sent;
  }

  private sendPlain(sent: SentFamily, plain: SeriesOfAnyKind, emit: (line: TotalsLine) => void): void {
    const current = numberOf(plain);
    if (Object.is(sent.plain, current)) return;
    sent.plain = current;
    emit(
      'snapshot' in plain
        ? histogramLine(sent.number, PLAIN, plain)
        : ['v', sent.number, PLAIN, [valueOf(current)]],
    );
  }

  private sendLabels(sent: SentFamily, { labelled }: AnyFamily, emit: (line: TotalsLine) => void): void {
    let labels: string[] = [];
    let characters = 0;
    const flush = () => {
      if (labels.length > 0) emit(['s', sent.number, labels]);
      labels = [];
      characters = 0;
    };
    while (sent.labels < labelled.length) {
      const series = labelled[sent.labels++];
      if (series === undefined) continue;
      labels.push(series.labels);
      characters += series.labels.length;
      if (labels.length === SERIES || characters > CHARACTERS) flush();
    }
    flush();
  }

  private sendNumbers(
    sent: SentFamily,
    { labelled }: AnyFamily,
    from: number,
    emit: (line: TotalsLine) => void,
  ): void {
    const to = Math.min(from + SERIES, sent.labels);
    const { values } = sent;
    let [first, last] = [-1, -1];
    for (let at = from; at < to; at++) {
      const current = numberOf(labelled[at] as SeriesOfAnyKind);
      if (Object.is(values[at], current)) continue;
      values[at] = current;
      if (first < 0) first = at;
      last = at;
    }
    if (first >= 0) emit(['v', sent.number, first, values.slice(first, last + 1).map(valueOf)]);
  }

  private *sendHistograms(
    sent: SentFamily,
    { labelled }: AnyFamily,
    from: number,
    emit: (line: TotalsLine, kind: KindLetter) => void,
  ): Sliced<void> {
    const to = Math.min(from + SERIES, sent.labels);
    for (let at = from; at < to; at++) {
      const series = labelled[at] as HistogramSeriesView;
      if (sent.values[at] === series.count) continue;
      sent.values[at] = series.count;
      emit(histogramLine(sent.number, at, series), 'h');
      yield;
    }
  }
}

type SeriesOfAnyKind = { readonly value: number } | HistogramSeriesView;

function histogramLine(family: number, at: number, series: HistogramSeriesView): TotalsLine {
  const histogram = encodeHistogram(series.snapshot());
  const { exemplars } = series;
  if (exemplars === undefined) return ['h', family, at, histogram];
  return ['h', family, at, histogram, encodeExemplars(exemplars)];
}

function numberOf(series: SeriesOfAnyKind): number {
  return 'snapshot' in series ? series.count : series.value;
}

function valueOf(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

function flagsOf({ definition, description, listsBuckets }: AnyFamily): FamilyFlags {
  return {
    ...(definition !== undefined && { own: true }),
    ...(listsBuckets && { lists: true }),
    ...(hasOwnDescription(description, definition) && { description }),
  };
}

/** A metric of the monitor that nobody has described again needs no description: the receiver has the same definition. */
function hasOwnDescription(description: Description, definition: AnyFamily['definition']): boolean {
  const { help, unit, aggregate, buckets } = description;
  if (definition === undefined) return Object.keys(description).length > 0;
  return (
    buckets !== undefined ||
    help !== definition.help ||
    unit !== definition.unit ||
    aggregate !== definition.aggregate
  );
}
