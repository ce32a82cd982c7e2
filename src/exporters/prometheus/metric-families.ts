import type { Sliced } from '../../common/slices.js';
import type { AnyFamily, GaugeFamily } from '../../metrics/source/metrics-source.js';
import { bucketFiguresOf, layoutFor } from './bucket-layout.js';
import type { ExposedFamily, FamilyHead, WindowedFamilies } from './exposed-family.js';
import type { FamilyLabels } from './family-labels.js';

/** A number is written in some 100 ns, a histogram in some 10 µs. */
const [NUMBERS, HISTOGRAMS] = [256, 4];

/** The current values of a metric. A gauge that has no value is left out. */
export function metricFamily(head: FamilyHead, family: AnyFamily, labels: FamilyLabels): ExposedFamily {
  if (family.kind === 'histogram') {
    const layout = layoutFor(head.unit);
    return {
      ...head,
      write: (sink) =>
        visit(family, labels, HISTOGRAMS, (text, series) =>
          sink.histogram(text, bucketFiguresOf(series.view(), layout)),
        ),
    };
  }
  return {
    ...head,
    write: (sink) =>
      visit(family, labels, NUMBERS, (text, { value }) => {
        if (!Number.isNaN(value)) sink.number(text, value);
      }),
  };
}

/** The highest and lowest values of a gauge in the window of a reader. */
export function gaugeExtremes(
  heads: { min: FamilyHead; max: FamilyHead },
  family: GaugeFamily,
  labels: FamilyLabels,
): WindowedFamilies {
  return {
    heads: [heads.max, heads.min],
    *write(begin, view) {
      const seen: { text: string; min: number; max: number }[] = [];
      yield* visit(family, labels, NUMBERS, (text, gauge) => {
        const extremes = view.extremesOf(gauge);
        if (extremes !== undefined) seen.push({ text, min: extremes.min, max: extremes.max });
      });
      for (const end of ['max', 'min'] as const) {
        const sink = begin(heads[end]);
        for (const [at, extremes] of seen.entries()) {
          sink.number(extremes.text, extremes[end]);
          if (at % NUMBERS === NUMBERS - 1) yield;
        }
      }
    },
  };
}

/** Visits all series of a metric: the one without labels, and the others in the order in which they came. */
function* visit<F extends AnyFamily>(
  family: F,
  labels: FamilyLabels,
  stepsPerSlice: number,
  visitor: (labels: string, series: NonNullable<F['plain']>) => void,
): Sliced<void> {
  const { plain, labelled } = family;
  if (plain !== undefined) {
    visitor('', plain);
    yield;
  }
  const { length } = labelled;
  while (!labels.learn(labelled, NUMBERS)) yield;
  let at = 0;
  for (const series of labelled) {
    if (at === length) return;
    visitor(labels.of(series), series);
    if (++at % stepsPerSlice === 0) yield;
  }
}
