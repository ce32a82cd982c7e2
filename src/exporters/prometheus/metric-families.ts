import type { Sliced } from '../../common/slices.js';
import type { AnyFamily, GaugeFamily } from '../../metrics/source/metrics-source.js';
import { layoutFor } from './classic-histogram.js';
import type { ExpositionFamily, FamilyMetadata, WindowFamilies } from './exposition-family.js';
import type { FamilyLabels } from './family-labels.js';

/** Series per time slice. A number is written in some 100 ns, a histogram in some 10 µs. */
const [NUMBERS_PER_SLICE, HISTOGRAMS_PER_SLICE] = [256, 4];

/** The current values of a metric. A gauge without a value is left out. */
export function metricFamily(
  metadata: FamilyMetadata,
  family: AnyFamily,
  labels: FamilyLabels,
): ExpositionFamily {
  if (family.kind === 'histogram') {
    const layout = layoutFor(metadata.unit);
    return {
      ...metadata,
      write: (sink) =>
        visit(family, labels, HISTOGRAMS_PER_SLICE, (text, series) =>
          sink.histogram(text, { view: series.view(), layout, exemplars: series.exemplars }),
        ),
    };
  }
  return {
    ...metadata,
    write: (sink) =>
      visit(family, labels, NUMBERS_PER_SLICE, (text, { value }) => {
        if (!Number.isNaN(value)) sink.number(text, value);
      }),
  };
}

/** The highest and lowest values of a gauge in the window of a reader. */
export function gaugeExtremes(
  metadata: Record<'min' | 'max', FamilyMetadata>,
  family: GaugeFamily,
  labels: FamilyLabels,
): WindowFamilies {
  return {
    families: [metadata.max, metadata.min],
    *write(begin, view) {
      const found: { text: string; min: number; max: number }[] = [];
      yield* visit(family, labels, NUMBERS_PER_SLICE, (text, gauge) => {
        const extremes = view.extremesOf(gauge);
        if (extremes !== undefined) found.push({ text, min: extremes.min, max: extremes.max });
      });
      for (const extreme of ['max', 'min'] as const) {
        const sink = begin(metadata[extreme]);
        for (const [at, extremes] of found.entries()) {
          sink.number(extremes.text, extremes[extreme]);
          if (at % NUMBERS_PER_SLICE === NUMBERS_PER_SLICE - 1) yield;
        }
      }
    },
  };
}

/** Visits all series of a metric: the one without labels, then the others in the order in which they were created. */
function* visit<F extends AnyFamily>(
  family: F,
  familyLabels: FamilyLabels,
  stepsPerSlice: number,
  visitor: (labels: string, series: NonNullable<F['plain']>) => void,
): Sliced<void> {
  const { plain, labelled } = family;
  if (plain !== undefined) {
    visitor('', plain);
    yield;
  }
  // Series that are created from here on are left out: their labels are not checked.
  const { length } = labelled;
  const labels = familyLabels.of(labelled);
  while (!labels.check(labelled, NUMBERS_PER_SLICE)) yield;
  let at = 0;
  for (const series of labelled) {
    if (at === length) return;
    visitor(labels.of(series), series);
    if (++at % stepsPerSlice === 0) yield;
  }
}
