import type { Sliced } from '../../common/slices.js';
import type { Description } from '../../metrics/description.js';
import type { AnyFamily, HistogramSeriesView } from '../../metrics/source/metrics-source.js';
import { encodeExemplars } from './exemplar.codec.js';
import { encodeHistogram } from './histogram.codec.js';
import type { FamilyFlags, KindLetter, TotalsLine } from './lines.js';
import { PLAIN } from './lines.js';

/** The limits of one line: the number of series, and of characters in their labels. */
const [SERIES, CHARACTERS] = [256, 65_536];

/** Encodes what one receiver does not have yet of one metric. */
export class FamilyEncoder {
  /** How many of its series with labels were sent. */
  labels = 0;
  private flags = '';
  private plain: number | undefined;
  /** What was last sent of each series with labels: the value of a counter or gauge, the count of a histogram. */
  private readonly values: number[] = [];

  /** @param list the series with labels, none of which was sent yet. */
  constructor(
    readonly kind: KindLetter,
    readonly number: number,
    readonly list: AnyFamily['labelled'],
  ) {}

  /** Whether the series without labels was sent. */
  get hasPlain(): boolean {
    return this.plain !== undefined;
  }

  /** Whether it has a value that was not sent. */
  *hasNews({ plain, labelled }: AnyFamily): Sliced<boolean> {
    if (plain !== undefined && !Object.is(this.plain, numberOf(plain))) return true;
    if (this.list !== labelled || this.labels < labelled.length) return true;
    for (let from = 0; from < labelled.length; from += SERIES) {
      const to = Math.min(from + SERIES, labelled.length);
      for (let at = from; at < to; at++) {
        if (!Object.is(this.values[at], numberOf(labelled[at] as SeriesOfAnyKind))) return true;
      }
      yield;
    }
    return false;
  }

  /** Sends the name, kind and flags of the metric, if the flags have changed. */
  sendFlags(family: AnyFamily, emit: (line: TotalsLine) => void): void {
    const flags = flagsOf(family);
    const text = JSON.stringify(flags);
    if (this.flags !== text) emit(['f', this.number, this.kind, family.name, flags]);
    this.flags = text;
  }

  *send(family: AnyFamily, emit: (line: TotalsLine) => void): Sliced<void> {
    const { plain } = family;
    if (plain !== undefined) this.sendPlain(plain, emit);
    this.sendLabels(family, emit);
    for (let from = 0; from < this.labels; from += SERIES) {
      if (this.kind === 'h') yield* this.sendHistograms(family, from, emit);
      else this.sendNumbers(family, from, emit);
      yield;
    }
  }

  private sendPlain(plain: SeriesOfAnyKind, emit: (line: TotalsLine) => void): void {
    const current = numberOf(plain);
    if (Object.is(this.plain, current)) return;
    this.plain = current;
    emit(
      'snapshot' in plain
        ? histogramLine(this.number, PLAIN, plain)
        : ['v', this.number, PLAIN, [valueOf(current)]],
    );
  }

  private sendLabels({ labelled }: AnyFamily, emit: (line: TotalsLine) => void): void {
    let labels: string[] = [];
    let characters = 0;
    const flush = () => {
      if (labels.length > 0) emit(['s', this.number, labels]);
      labels = [];
      characters = 0;
    };
    while (this.labels < labelled.length) {
      const series = labelled[this.labels++];
      if (series === undefined) continue;
      labels.push(series.labels);
      characters += series.labels.length;
      if (labels.length === SERIES || characters > CHARACTERS) flush();
    }
    flush();
  }

  private sendNumbers({ labelled }: AnyFamily, from: number, emit: (line: TotalsLine) => void): void {
    const to = Math.min(from + SERIES, this.labels);
    const { values } = this;
    let [first, last] = [-1, -1];
    for (let at = from; at < to; at++) {
      const current = numberOf(labelled[at] as SeriesOfAnyKind);
      if (Object.is(values[at], current)) continue;
      values[at] = current;
      if (first < 0) first = at;
      last = at;
    }
    if (first >= 0) emit(['v', this.number, first, values.slice(first, last + 1).map(valueOf)]);
  }

  private *sendHistograms(
    { labelled }: AnyFamily,
    from: number,
    emit: (line: TotalsLine) => void,
  ): Sliced<void> {
    const to = Math.min(from + SERIES, this.labels);
    for (let at = from; at < to; at++) {
      const series = labelled[at] as HistogramSeriesView;
      if (this.values[at] === series.count) continue;
      this.values[at] = series.count;
      emit(histogramLine(this.number, at, series));
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

/** For a metric of the monitor that the application does not describe, none is sent: the receiver has the same definition. */
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
