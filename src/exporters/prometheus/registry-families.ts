import type { Counter } from '../../metrics/counter.js';
import type { Gauge } from '../../metrics/gauge.js';
import type { HistogramSeries } from '../../metrics/histogram/histogram-series.js';
import type { Sliced } from '../../common/slices.js';
import type { Family, Series } from '../../metrics/series/family.js';
import { layoutFor, figuresOf } from './bucket-layout.js';
import type { ExposedFamily, FamilyHead, WindowedFamilies } from './exposed-family.js';
import type { FamilyLabels } from './family-labels.js';

/** A number is written in some 100 ns, a histogram in some 10 µs. */
const [NUMBERS, HISTOGRAMS] = [256, 4];

/** A metric of the registry, and how its labels are written. */
export interface Written<S extends Series> {
  readonly family: Family<S>;
  readonly labels: FamilyLabels;
}

/** A counter, or a gauge that has been set. */
export function numberFamily(head: FamilyHead, from: Written<Counter | Gauge>): ExposedFamily {
  return {
    ...head,
    write: (sink) =>
      visit(from, NUMBERS, (labels, { value }) => {
        if (!Number.isNaN(value)) sink.number(labels, value);
      }),
  };
}

export function histogramFamily(head: FamilyHead, from: Written<HistogramSeries>): ExposedFamily {
  const layout = layoutFor(head.unit);
  return {
    ...head,
    write: (sink) =>
      visit(from, HISTOGRAMS, (labels, series) => sink.histogram(labels, figuresOf(series.look(), layout))),
  };
}

/** The highest and lowest value of a gauge, in the window of a reader. */
export function extremesOf(
  heads: { min: FamilyHead; max: FamilyHead },
  from: Written<Gauge>,
): WindowedFamilies {
  return {
    heads: [heads.max, heads.min],
    *write(begin, look) {
      const seen: { labels: string; min: number; max: number }[] = [];
      yield* visit(from, NUMBERS, (labels, gauge) => {
        const extremes = look.extremesOf(gauge);
        if (extremes !== undefined) seen.push({ labels, ...extremes });
      });
      for (const end of ['max', 'min'] as const) {
        const sink = begin(heads[end]);
        for (const [at, extremes] of seen.entries()) {
          sink.number(extremes.labels, extremes[end]);
          if (at % NUMBERS === NUMBERS - 1) yield;
        }
      }
    },
  };
}

/** Visits all series of a metric: the one without labels, and the others in the order in which they came. */
function* visit<S extends Series>(
  { family, labels }: Written<S>,
  stepsPerSlice: number,
  visitor: (labels: string, series: S) => void,
): Sliced<void> {
  const { plain, labelled } = family;
  if (plain !== undefined) {
    visitor('', plain);
    yield;
  }
  const { length } = labelled;
  while (!labels.learn(labelled, NUMBERS)) yield;
  for (let at = 0; at < length; at++) {
    visitor(labels.of(labelled[at]), labelled[at]);
    if (at % stepsPerSlice === stepsPerSlice - 1) yield;
  }
}
