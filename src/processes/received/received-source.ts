import type { Sliced } from '../../common/slices.js';
import type { DocumentFacts } from '../../metrics/collection/snapshot.js';
import { PLAIN_NAMES } from '../../metrics/export-names.js';
import { roundingError } from '../../metrics/histogram/compensated-sum.js';
import type {
  CounterFamily,
  GaugeFamily,
  HistogramFamily,
  MetricsView,
} from '../../metrics/source/metrics-source.js';
import type { KindLetter } from '../wire/lines.js';
import { WireError } from '../wire/lines.js';
import type { ReceivedFamily } from './received-family.js';
import { ReceivedFamilies } from './received-family.js';
import type { ReceivedSeries } from './received-series.js';
import { ReceivedCounter, ReceivedGauge, ReceivedHistogram } from './received-series.js';

/** Series between two places where the work can be interrupted. */
const STEPS = 256;

/** What one process may take of the memory of another. A metric counts as so many series. */
const [MAX_SERIES, MAX_CHARACTERS, FAMILY] = [1_000_000, 64 * 1024 * 1024, 20];

/**
 * The numbers of one process as it has sent or saved them last. Several decoders may write to it: one for each connection, and
 * one for its file.
 */
export class ReceivedSource implements MetricsView {
  readonly counters = new ReceivedFamilies<CounterFamily, ReceivedCounter>(
    'counter',
    (labels, family, at) => new ReceivedCounter(labels, family, at),
  );
  readonly gauges = new ReceivedFamilies<GaugeFamily, ReceivedGauge>(
    'gauge',
    (labels, family, at) => new ReceivedGauge(labels, family, at),
  );
  readonly histograms = new ReceivedFamilies<HistogramFamily, ReceivedHistogram>(
    'histogram',
    (labels, family, at) => new ReceivedHistogram(labels, family, at),
  );
  revision = 0;
  /** Each process has its own: those of the one that is read are used. */
  readonly exportNames = PLAIN_NAMES;
  startTime = Date.now();
  /** What it last said of itself. */
  latestFacts: DocumentFacts;
  private series = 0;
  private characters = 0;

  constructor(facts: DocumentFacts) {
    this.latestFacts = facts;
  }

  facts(): DocumentFacts {
    return this.latestFacts;
  }

  family(kind: KindLetter, name: string): ReceivedFamily {
    const families = kind === 'c' ? this.counters : kind === 'g' ? this.gauges : this.histograms;
    const isNew = families.family(name) === undefined;
    if (isNew) {
      this.revision++;
      this.grow(FAMILY, name.length);
    }
    return families.obtain(name) as ReceivedFamily;
  }

  /** The series of these labels, which is added if there is none. @throws WireError if there are too many. */
  addSeries(family: ReceivedFamily, labels: string): ReceivedSeries {
    const before = family.labelled.length;
    const series = family.series(labels);
    if (family.labelled.length > before) this.grow(1, labels.length);
    return series;
  }

  /** A metric was removed, or a part of it: what is left comes again. */
  remove({ kind, name, labelled }: ReceivedFamily): void {
    const characters = labelled.reduce((sum, { labels }) => sum + labels.length, name.length);
    this.grow(-FAMILY - labelled.length, -characters);
    if (kind === 'counter') this.counters.remove(name);
    else if (kind === 'gauge') this.gauges.remove(name);
    else this.histograms.remove(name);
    this.revision++;
  }

  /** It has ended: a gauge has a value only as long as there is somebody to set it. */
  *forgetGauges(): Sliced<void> {
    for (const family of this.gauges.received()) {
      for (const gauge of family.all()) gauge.value = Number.NaN;
      yield;
    }
  }

  /** Takes over what the same process has saved: totals that are higher, and metrics that are not here yet. */
  *absorb(saved: ReceivedSource): Sliced<void> {
    this.startTime = Math.min(this.startTime, saved.startTime);
    let steps = 0;
    for (const family of saved.counters.received()) {
      const mine = this.counters.obtain(family.name);
      mine.adopt(family);
      for (const { labels, value } of family.all()) {
        mine.series(labels).take(value);
        if (++steps % STEPS === 0) yield;
      }
    }
    for (const family of saved.histograms.received()) {
      const mine = this.histograms.obtain(family.name);
      mine.adopt(family);
      for (const series of family.all()) {
        mine.series(series.labels).take(series.snapshot());
        if (++steps % STEPS === 0) yield;
      }
    }
    this.latestFacts = saved.latestFacts;
    this.revision++;
  }

  /** Adds the totals of another one. Gauges are left out. */
  *add(other: ReceivedSource): Sliced<void> {
    this.startTime = Math.min(this.startTime, other.startTime);
    let steps = 0;
    for (const family of other.counters.received()) {
      const mine = this.counters.obtain(family.name);
      mine.adopt(family);
      for (const { labels, value } of family.all()) {
        const sum = mine.series(labels);
        sum.value = sumUp(sum.value, value);
        if (++steps % STEPS === 0) yield;
      }
    }
    for (const family of other.histograms.received()) {
      const mine = this.histograms.obtain(family.name);
      mine.adopt(family);
      for (const series of family.all()) {
        const sum = mine.series(series.labels);
        const added = series.snapshot();
        sum.take(sum.count === 0 ? added : sum.snapshot().merge(added));
        yield;
      }
    }
    this.revision++;
  }

  private grow(series: number, characters: number): void {
    this.series += series;
    this.characters += characters;
    if (this.series > MAX_SERIES || this.characters > MAX_CHARACTERS) {
      throw new WireError('more series than fit into memory');
    }
  }
}

/** The sum, rounded up: added to others later, it must not be less than its parts would have been. */
function sumUp(a: number, b: number): number {
  const sum = a + b;
  return roundingError(a, b, sum) > 0 ? sum * (1 + Number.EPSILON) : sum;
}
