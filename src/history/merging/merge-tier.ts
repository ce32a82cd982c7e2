import type { Sliced } from '../../common/slices.js';
import type { Figure, HeatColumn, HistoryColumn, HistoryTier, Step } from '../history-document.js';
import { HEAT_BOUNDS, HEAT_BUCKETS } from '../heat-buckets.js';
import { valueOrNull } from '../rounded.js';
import { FIGURES_OF } from '../step-figures.js';
import type { HistoryCopy } from './history-copy.js';
import type { MergedSeries, SeriesPart } from './merged-series.js';
import { mixedQuantiles } from './mixed-quantile.js';
import type { TierCopy } from './tier-copy.js';
import { MOST_FIGURES } from './tier-copy.js';

/** For each slot of a merged tier, the row in the tier of one process; -1 for none. */
interface Places {
  readonly tier: TierCopy;
  /** The row of exactly this slot. */
  readonly exact: Int32Array;
  /** The last row up to this slot, until the process ends: a gauge keeps its value until it is set. */
  readonly held: Int32Array;
}

/** The last slots of one length after `from`, up to `to`, without a gap. */
export function slotsOf(copies: readonly HistoryCopy[], step: Step, from: number, to: number): number[] {
  const length = step * 1000;
  let [first, kept] = [Infinity, 0];
  for (const { tiers } of copies) {
    const slot = tiers[step].slots.find((one) => one > from);
    if (slot !== undefined && slot < first) first = slot;
    kept = tiers[step].kept;
  }
  const start = Math.max(first, to - (kept - 1) * length);
  const slots: number[] = [];
  for (let slot = start; slot <= to; slot += length) slots.push(slot);
  return slots;
}

/**
 * Merges the steps of several processes, in time slices: rates, counts and heat maps are added up; gauges are merged by their
 * `aggregate`; quantiles come from `mixedQuantiles()`.
 */
export function* mergeTier(
  step: Step,
  slots: readonly number[],
  series: readonly MergedSeries[],
  copies: readonly HistoryCopy[],
): Sliced<HistoryTier> {
  const places = new Map(copies.map((copy) => [copy, placesOf(copy, step, slots)]));
  const columns: HistoryColumn[] = [];
  const heats: HeatColumn[] = [];
  for (const [index, { identity, parts }] of series.entries()) {
    for (const { figure, values } of mergeSeries(identity.kind, identity.aggregate, parts, places, slots)) {
      if (values.some((value) => value !== null)) columns.push({ series: index, figure, values });
    }
    const counts = mergeHeat(parts, places, slots);
    if (counts !== undefined) heats.push({ series: index, bounds: HEAT_BOUNDS, counts });
    yield;
  }
  const seconds = slots.map((_, at) => meanSeconds([...places.values()], at));
  return { step, times: slots, seconds, columns, ...(heats.length > 0 && { heat: heats }) };
}

type AllPlaces = ReadonlyMap<HistoryCopy, Places>;

function placesOf({ tiers, hasEnded }: HistoryCopy, step: Step, slots: readonly number[]): Places {
  const tier = tiers[step];
  const [exact, held] = [new Int32Array(slots.length).fill(-1), new Int32Array(slots.length).fill(-1)];
  let row = 0;
  for (const [at, slot] of slots.entries()) {
    while (row < tier.slots.length && (tier.slots[row] ?? 0) <= slot) row++;
    const last = row - 1;
    if (last < 0) continue;
    if (tier.slots[last] === slot) exact[at] = last;
    if (row < tier.slots.length || !hasEnded || tier.slots[last] === slot) held[at] = last;
  }
  return { tier, exact, held };
}

/** The mean length of a step in the processes that have it, in seconds; `null` if none has. */
function meanSeconds(places: readonly Places[], at: number): number | null {
  const known = places.map(({ tier, exact }) => tier.secondsOf(exact[at] ?? -1));
  const seconds = known.filter((one) => !Number.isNaN(one));
  return valueOrNull(seconds.reduce((sum, one) => sum + one, 0) / seconds.length);
}

function mergeSeries(
  kind: keyof typeof FIGURES_OF,
  aggregate: MergedSeries['identity']['aggregate'],
  parts: readonly SeriesPart[],
  places: AllPlaces,
  slots: readonly number[],
): { figure: Figure; values: (number | null)[] }[] {
  if (kind === 'histogram') return mergeHistogram(parts, places, slots);
  const rows = kind === 'gauge' ? 'held' : 'exact';
  const merge = kind === 'gauge' ? (MERGES[aggregate ?? 'sum'] ?? add) : add;
  return FIGURES_OF[kind].map((figure, place) => {
    const values = new Float64Array(slots.length).fill(Number.NaN);
    for (const { copy, index } of parts) {
      const known = places.get(copy);
      const column = index * MOST_FIGURES + place;
      if (known?.tier.has(column) !== true) continue;
      for (let at = 0; at < values.length; at++) {
        const value = known.tier.get(column, known[rows][at] as number);
        if (Number.isNaN(value)) continue;
        const sum = values[at] as number;
        values[at] = Number.isNaN(sum) ? value : merge(sum, value);
      }
    }
    return { figure, values: Array.from(values, valueOrNull) };
  });
}

const add = (a: number, b: number) => a + b;

const MERGES = { sum: add, max: Math.max, min: Math.min, process: add };

function mergeHistogram(parts: readonly SeriesPart[], places: AllPlaces, slots: readonly number[]) {
  const columns: Record<'count' | 'p50' | 'p99' | 'max', (number | null)[]> = {
    count: [],
    p50: [],
    p99: [],
    max: [],
  };
  for (let at = 0; at < slots.length; at++) {
    const known = parts.flatMap(({ copy, index }) => {
      const { tier, exact } = places.get(copy) ?? {};
      const row = exact?.[at] ?? -1;
      if (tier === undefined || row < 0) return [];
      const [count = 0, p50 = 0, p99 = 0, max = 0] = [0, 1, 2, 3].map((place) =>
        tier.get(index * MOST_FIGURES + place, row),
      );
      return Number.isNaN(count) ? [] : [{ count, p50, p99, max }];
    });
    const [p50, p99] = mixedQuantiles(known);
    const maxima = known.flatMap(({ max }) => (Number.isNaN(max) ? [] : [max]));
    columns.count.push(
      known.length === 0 ? null : valueOrNull(known.reduce((sum, { count }) => sum + count, 0)),
    );
    columns.p50.push(valueOrNull(p50));
    columns.p99.push(valueOrNull(p99));
    columns.max.push(maxima.length === 0 ? null : valueOrNull(Math.max(...maxima)));
  }
  return FIGURES_OF.histogram.map((figure) => ({ figure, values: columns[figure as keyof typeof columns] }));
}

/** @returns `undefined` for a series that has no heat map. */
function mergeHeat(
  parts: readonly SeriesPart[],
  places: AllPlaces,
  slots: readonly number[],
): number[][] | undefined {
  const withHeat = parts.filter(({ copy, index }) => places.get(copy)?.tier.hasHeat(index));
  if (withHeat.length === 0) return undefined;
  return Array.from(slots, (_, at) => {
    const sum = Array.from({ length: HEAT_BUCKETS }, () => 0);
    for (const { copy, index } of withHeat) {
      const { tier, exact } = places.get(copy) as Places;
      const counts = tier.heat(index, exact[at] as number) ?? [];
      for (const [bucket, count] of counts.entries()) sum[bucket] = (sum[bucket] ?? 0) + count;
    }
    return sum;
  });
}
