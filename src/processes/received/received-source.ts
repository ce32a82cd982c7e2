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
import { startOf } from '../../metrics/source/process-start.js';
import type { KindLetter } from '../wire/lines.js';
import { WireError } from '../wire/lines.js';
import type { ReceivedFamily } from './received-family.js';
import { ReceivedFamilies } from './received-family.js';
import type { ReceivedSeries } from './received-series.js';
import { ReceivedCounter, ReceivedGauge, ReceivedHistogram } from './received-series.js';

/** Series between two yields. */
const STEPS = 256;

/** The limits of the memory that the numbers of one process take in another; and how many series a metric counts as. */
const [MAX_SERIES, MAX_CHARACTERS, FAMILY] = [1_000_000, 64 * 1024 * 1024, 20];

/**
 * The numbers that one process last sent or saved. Several decoders may write to it, one after the other: there is a new one for each
 * connection.
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
  /** Not sent: merged numbers have the export names of the process that is read. */
  readonly exportNames = PLAIN_NAMES;
  startTime = Date.now();
  /** The facts that the process last sent or saved. */
  latestFacts: DocumentFacts;
  /** How often saved totals were taken over. */
  absorbed = 0;
  private series = 0;
  private characters = 0;

  constructor(facts: DocumentFacts) {
    this.latestFacts = facts;
  }

  facts(): DocumentFacts {
    return this.latestFacts;
  }

  get processStart(): number {
    return startOf(this.latestFacts);
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

  /** Removes a metric that was removed or has lost series. Its remaining series are sent again. */
  remove({ kind, name, labelled }: ReceivedFamily): void {
    const characters = labelled.reduce((sum, { labels }) => sum + labels.length, name.length);
    this.grow(-FAMILY - labelled.length, -characters);
    if (kind === 'counter') this.counters.remove(name);
    else if (kind === 'gauge') this.gauges.remove(name);
    else this.histograms.remove(name);
    this.revision++;
  }

  /** Removes all metrics and series but these. */
  retain(retained: ReadonlyMap<ReceivedFamily, ReadonlySet<ReceivedSeries>>): void {
    const all = [this.counters, this.gauges, this.histograms];
    for (const family of all.flatMap((one): readonly ReceivedFamily[] => one.received())) {
      const series = retained.get(family);
      if (series === undefined) this.remove(family);
      else {
        const removed = family.retain(series).filter(({ labels }) => labels !== '');
        this.grow(-removed.length, -removed.reduce((sum, { labels }) => sum + labels.length, 0));
      }
    }
  }

  /** Called when the process has ended: its gauges have no value any more. */
  *forgetGauges(): Sliced<void> {
    for (const family of this.gauges.received()) {
      for (const gauge of family.all()) gauge.value = Number.NaN;
      yield;
    }
  }

  /**
   * Takes over what the same process has saved: totals that are higher, and metrics that are not here yet.
   *
   * @param isNewer whether nothing here is newer. Then what was not saved is removed, other than gauges, and totals may fall.
   */
  *absorb(saved: ReceivedSource, isNewer = false): Sliced<void> {
    this.absorbed++;
    this.startTime = Math.min(this.startTime, saved.startTime);
    const retained = new Map<ReceivedFamily, Set<ReceivedSeries>>();
    if (isNewer) for (const family of this.gauges.received()) retained.set(family, new Set(family.all()));
    let steps = 0;
    for (const family of saved.counters.received()) {
      const mine = this.counters.obtain(family.name);
      mine.adopt(family);
      const kept = isNewer ? keptOf(retained, mine) : undefined;
      for (const { labels, value } of family.all()) {
        const series = mine.series(labels);
        series.take(value, isNewer);
        kept?.add(series);
        if (++steps % STEPS === 0) yield;
      }
    }
    for (const family of saved.histograms.received()) {
      const mine = this.histograms.obtain(family.name);
      mine.adopt(family);
      const kept = isNewer ? keptOf(retained, mine) : undefined;
      for (const theirs of family.all()) {
        const series = mine.series(theirs.labels);
        series.take(theirs.snapshot(), isNewer);
        kept?.add(series);
        if (++steps % STEPS === 0) yield;
      }
    }
    if (isNewer) this.retain(retained);
    this.latestFacts = saved.latestFacts;
    this.revision++;
  }

  /** Adds the totals of another source. Gauges are left out. */
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

function keptOf(
  retained: Map<ReceivedFamily, Set<ReceivedSeries>>,
  family: ReceivedFamily,
): Set<ReceivedSeries> {
  const kept = new Set<ReceivedSeries>();
  retained.set(family, kept);
  return kept;
}

/** The sum, rounded up: later sums with it must not be less than those with its parts. */
function sumUp(a: number, b: number): number {
  const sum = a + b;
  return roundingError(a, b, sum) > 0 ? sum * (1 + Number.EPSILON) : sum;
}
