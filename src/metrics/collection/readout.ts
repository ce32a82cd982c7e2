import type { Families } from '../series/families.js';
import type { Series } from '../series/family.js';
import type { Gauge } from '../gauge.js';
import { valuesOf } from '../histogram/histogram-values.js';
import type { HistogramValues } from '../histogram/histogram-values.js';
import type { WindowCursor } from './reader-windows.js';
import type { MetricsRegistry } from '../registry.js';
import type { Sliced } from '../../common/slices.js';
import { sortSliced } from '../../common/slices.js';

/** Values by series, in the order of the canonical names of the series. */
export interface Column<T> {
  readonly names: string[];
  readonly values: T[];
}

/** All that a registry holds, as one reader sees it. */
export interface Readout {
  readonly counters: Column<number>;
  readonly gauges: Column<number>;
  readonly max_gauges: Column<number>;
  readonly min_gauges: Column<number>;
  readonly histograms: Column<HistogramValues>;
}

/** A counter or a gauge is read in some 100 ns, an interval of a histogram taken in 10 µs and sometimes much more. */
const [CHEAP_STEPS, DEAR_STEPS] = [256, 1];

/**
 * Reads all series of a registry. Each is read at one moment; where there are so many that it takes several
 * slices, the first and the last are some milliseconds apart.
 */
export function* readOut(registry: MetricsRegistry, look: WindowCursor): Sliced<Readout> {
  const [counters, gauges, max, min] = [
    column<number>(),
    column<number>(),
    column<number>(),
    column<number>(),
  ];
  const histograms = column<HistogramValues>();
  yield* refreshGauges(registry);
  yield* visitInOrder(registry.counters, CHEAP_STEPS, (name, counter) => push(counters, name, counter.value));
  yield* visitInOrder(registry.gauges, CHEAP_STEPS, (name, gauge) => {
    if (!hasValue(gauge)) return;
    push(gauges, name, gauge.value);
    const extremes = look.extremesOf(gauge);
    if (extremes === undefined) return;
    push(max, name, extremes.max);
    push(min, name, extremes.min);
  });
  yield* visitInOrder(registry.histograms, DEAR_STEPS, (name, histogram) => {
    push(histograms, name, valuesOf(look.intervalOf(histogram), histogram.listsBuckets));
  });
  return { counters, gauges, max_gauges: max, min_gauges: min, histograms };
}

/**
 * Has everything counted that was put aside, and reads the gauges that are read from functions, which may take any time, and
 * may look at the monitor themselves.
 */
export function* refreshGauges(registry: MetricsRegistry): Sliced<void> {
  for (const settle of registry.settlers) settle();
  if (registry.isRefreshing) return;
  for (const gauge of Array.from(registry.readGauges)) {
    registry.isRefreshing = true;
    gauge.refresh();
    registry.isRefreshing = false;
    yield;
  }
}

function column<T>(): Column<T> {
  return { names: [], values: [] };
}

function push<T>({ names, values }: Column<T>, name: string, value: T): void {
  names.push(name);
  values.push(value);
}

/** A gauge that was never set has none. */
export function hasValue(gauge: Gauge): boolean {
  return !Number.isNaN(gauge.value);
}

/** Visits every series in the order of its canonical name, with a place to put the work down every few steps. */
function* visitInOrder<S extends Series>(
  families: Families<S>,
  stepsPerSlice: number,
  visit: (name: string, series: S) => void,
): Sliced<void> {
  let steps = 0;
  for (const { prefix, series } of yield* runsOf(families)) {
    for (const one of series) {
      visit(prefix + one.labels, one);
      if (++steps % stepsPerSlice === 0) yield;
    }
  }
}

/** Series of one metric, in order. Between two runs that are in order, there is nothing that belongs into either. */
interface Run<S> {
  readonly prefix: string;
  /** What all names of the run begin with. */
  readonly order: string;
  readonly series: readonly S[];
}

/**
 * The series without labels is a run of its own: `a`, `a_b` and `a{x="1"}` come in this order, with another metric
 * between the two of the same name.
 */
function* runsOf<S extends Series>(families: Families<S>): Sliced<Run<S>[]> {
  const runs: Run<S>[] = [];
  let steps = 0;
  for (const family of families.all()) {
    const { text: prefix, plain } = family;
    if (plain !== undefined) runs.push({ prefix, order: prefix, series: [plain] });
    if (family.labelled.length > 0)
      runs.push({ prefix, order: `${prefix}{`, series: yield* family.inOrder() });
    if (++steps % CHEAP_STEPS === 0) yield;
  }
  return yield* sortSliced(runs, (a, b) => (a.order < b.order ? -1 : 1));
}
