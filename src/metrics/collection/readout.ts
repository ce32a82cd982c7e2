import { valuesOf } from '../histogram/histogram-values.js';
import type { HistogramValues } from '../histogram/histogram-values.js';
import type { AnyFamily, GaugeSeriesView, MetricFamilies, WindowView } from '../source/metrics-source.js';
import { metricText } from '../series/series-name.js';
import type { Sliced } from '../../common/slices.js';
import { sortSliced } from '../../common/slices.js';

/** Values by series, in the order of the canonical names of the series. */
export interface Column<T> {
  readonly names: string[];
  readonly values: T[];
}

/** The values of all series of a view. */
export interface Readout {
  readonly counters: Column<number>;
  readonly gauges: Column<number>;
  readonly max_gauges: Column<number>;
  readonly min_gauges: Column<number>;
  readonly histograms: Column<HistogramValues>;
}

/** Series per time slice. A counter or gauge is read in some 100 ns, the interval of a histogram in 10 µs or more. */
const [NUMBERS_PER_SLICE, HISTOGRAMS_PER_SLICE] = [256, 1];

/** Reads all series of a view. */
export function* readOut(view: WindowView): Sliced<Readout> {
  const [counters, gauges, max, min] = [
    column<number>(),
    column<number>(),
    column<number>(),
    column<number>(),
  ];
  const histograms = column<HistogramValues>();
  yield* visitInOrder(view.counters, NUMBERS_PER_SLICE, (name, counter) =>
    push(counters, name, counter.value),
  );
  yield* visitInOrder(view.gauges, NUMBERS_PER_SLICE, (name, gauge) => {
    if (!hasValue(gauge)) return;
    push(gauges, name, gauge.value);
    const extremes = view.extremesOf(gauge);
    if (extremes === undefined) return;
    push(max, name, extremes.max);
    push(min, name, extremes.min);
  });
  yield* visitInOrder(view.histograms, HISTOGRAMS_PER_SLICE, (name, histogram, { listsBuckets }) => {
    push(histograms, name, valuesOf(view.intervalOf(histogram), listsBuckets));
  });
  return { counters, gauges, max_gauges: max, min_gauges: min, histograms };
}

function column<T>(): Column<T> {
  return { names: [], values: [] };
}

function push<T>({ names, values }: Column<T>, name: string, value: T): void {
  names.push(name);
  values.push(value);
}

/** Whether a gauge was ever set. */
export function hasValue(gauge: GaugeSeriesView): boolean {
  return !Number.isNaN(gauge.value);
}

type SeriesOf<F extends AnyFamily> = NonNullable<F['plain']>;

/** Visits every series in the order of its canonical name. */
function* visitInOrder<F extends AnyFamily>(
  families: MetricFamilies<F>,
  stepsPerSlice: number,
  visit: (name: string, series: SeriesOf<F>, family: F) => void,
): Sliced<void> {
  let steps = 0;
  for (const { family, prefix, series } of yield* runsOf(families)) {
    for (const one of series) {
      visit(prefix + one.labels, one, family);
      if (++steps % stepsPerSlice === 0) yield;
    }
  }
}

/** Series of one metric that are adjacent in the order of all series. */
interface Run<F extends AnyFamily> {
  readonly family: F;
  readonly prefix: string;
  /** The beginning of all names of the run, to sort by. */
  readonly order: string;
  readonly series: readonly SeriesOf<F>[];
}

/** The series without labels is a run of its own, since another metric can sort before the other series: `a`, `a_b`, `a{x="1"}`. */
function* runsOf<F extends AnyFamily>(families: MetricFamilies<F>): Sliced<Run<F>[]> {
  const runs: Run<F>[] = [];
  let steps = 0;
  for (const family of families.all()) {
    const prefix = metricText(family.name);
    const { plain } = family;
    if (plain !== undefined) runs.push({ family, prefix, order: prefix, series: [plain] });
    if (family.labelled.length > 0)
      runs.push({ family, prefix, order: `${prefix}{`, series: yield* family.inOrder() });
    if (++steps % NUMBERS_PER_SLICE === 0) yield;
  }
  return yield* sortSliced(runs, (a, b) => (a.order < b.order ? -1 : 1));
}
