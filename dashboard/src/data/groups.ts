import type { HistorySeries } from './endpoint-types.js';
import type { PageState } from '../state.js';
import { columnsIn } from '../state.js';
import { events, highest, mean, share, sum, weightedMedian } from './figures.js';

type Values = (number | null)[];

/** One row of a table: the counts and durations of a route, a handler or a job. */
export interface Group {
  readonly key: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Since the start of the process. */
  readonly total: number;
  /** Per second, mean over the range. */
  readonly rate: number | null;
  /** Share of failures in the range, from 0 to 1. */
  readonly failures: number | null;
  readonly p50: number | null;
  /** The highest p99 and the highest value of any step in the range. */
  readonly p99: number | null;
  readonly max: number | null;
  readonly rates: Values;
  readonly failureRates: Values;
  readonly p50s: Values;
  readonly p99s: Values;
  readonly maxima: Values;
}

interface Grouping {
  readonly counter: string;
  readonly histogram: string;
  /** The labels that identify a group. */
  readonly by: readonly string[];
  readonly isFailure: (labels: Readonly<Record<string, string>>) => boolean;
}

/** Groups the series of a counter and of its histogram by some of their labels. */
export function groupsOf(page: PageState, { counter, histogram, by, isFailure }: Grouping): Group[] {
  const columns = columnsIn(page);
  const { seconds } = columns;
  const keyOf = ({ labels }: HistorySeries) => by.map((label) => labels[label] ?? '').join(' ');
  const counters = Map.groupBy(page.store.labelled(counter), keyOf);
  const histograms = Map.groupBy(page.store.labelled(histogram), keyOf);
  return [...counters].map(([key, series]): Group => {
    const rates = sum(series.map((one) => columns.values(one.key, 'rate')));
    const failing = series.filter(({ labels }) => isFailure(labels));
    const failureRates = sum(failing.map((one) => columns.values(one.key, 'rate')));
    const timed = histograms.get(key) ?? [];
    const highestOf = (figure: 'p99' | 'max') => mostOf(timed.map((one) => columns.values(one.key, figure)));
    const [p99s, maxima] = [highestOf('p99'), highestOf('max')];
    // A series without a value in the range has no column.
    const medians = timed.flatMap(({ key }) => {
      const values = columns.values(key, 'p50');
      return seconds.map((_, at) => values[at] ?? null);
    });
    const counts = timed.flatMap(({ key }) => events(columns.values(key, 'count'), seconds));
    return {
      key,
      labels: series[0]?.labels ?? {},
      total: series.reduce((total, one) => total + (page.store.latest(one.key) ?? 0), 0),
      rate: mean(rates, seconds, 0),
      failures: share(failureRates, rates, seconds),
      p50: weightedMedian(medians, counts),
      p99: highest(p99s),
      max: highest(maxima),
      rates,
      failureRates,
      p50s: mostOf(timed.map((one) => columns.values(one.key, 'p50'))),
      p99s,
      maxima,
    };
  });
}

/** The highest value in each step. */
function mostOf(columns: readonly (readonly (number | null)[])[]): Values {
  const length = Math.max(0, ...columns.map((column) => column.length));
  return Array.from({ length }, (_, at) => highest(columns.map((column) => column[at] ?? null)));
}
