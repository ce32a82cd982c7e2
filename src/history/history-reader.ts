import type { Sliced } from '../common/slices.js';
import type { InstanceInfo } from '../metrics/collection/snapshot.js';
import type {
  Figure,
  HeatColumn,
  HistoryColumn,
  HistoryDocument,
  HistoryQuery,
  HistorySeries,
  HistoryTier as TierDocument,
  Step,
} from './history-document.js';
import { HEAT_BOUNDS } from './heat-buckets.js';
import type { HistoryRow } from './history-row.js';
import type { HistoryStore, StoredSeries, StoredStep } from './history-store.js';
import type { HistoryTier } from './history-tier.js';
import { rounded, valueOrNull } from './rounded.js';
import type { Totals } from './step-encoder.js';
import { encodeStep } from './step-encoder.js';

/** What a reader needs besides the values. */
export interface HistoryFacts {
  instance(): InstanceInfo;
  /** Series that are not kept. */
  dropped(): number;
  /** The end of a row of 1 s, in milliseconds since 1970. */
  wallTimeOf(row: number): number;
  /** Milliseconds since 1970. */
  now(): number;
}

/** Reads the store: as a document, or as the events of single steps. */
export class HistoryReader {
  constructor(
    private readonly store: HistoryStore,
    private readonly facts: HistoryFacts,
  ) {}

  /** The document, created in time slices. It shows the state at the time of the call. */
  *document({ since, series: names }: HistoryQuery = {}): Sliced<HistoryDocument> {
    const { sequence, series: all } = this.store;
    const chosen = names === undefined ? all : all.filter(({ identity }) => matches(identity, names));
    const head = {
      time: this.facts.now(),
      sequence,
      instance: this.facts.instance(),
      dropped_series: this.facts.dropped(),
      series: chosen.map(({ identity }) => identity),
      latest: chosen.map(({ steps }) => totalOrNull(steps.latest)),
    };
    const ranges = [this.store.short, this.store.long].map((tier) => this.rangeOf(tier, since));
    const tiers: TierDocument[] = [];
    for (const [at, range] of ranges.entries()) {
      tiers.push(yield* tierDocument(range, chosen, at === 0 ? 0 : 1));
    }
    return { ...head, tiers };
  }

  /** The data of the event of one step, as JSON text. */
  event({ tier, row, sequence }: StoredStep, totals: Totals): string {
    const time = this.timeOf(tier, row);
    return encodeStep(this.store.series, { tier, row, sequence, time, totals });
  }

  /**
   * A step for another process.
   *
   * @param known how many series the receiver knows: the first ones.
   * @param hasTotals whether the current totals are part of it.
   */
  row({ tier, row, sequence }: StoredStep, known: number, hasTotals: boolean): HistoryRow {
    // Series are in the order in which they appeared.
    const series = this.store.series.filter(({ since }) => since <= sequence);
    const added = series.slice(known).map(({ identity }) => identity);
    const at = tier.step === 1 ? 0 : 1;
    const values: (number | null)[] = [];
    const heat: [number, readonly number[]][] = [];
    for (const [index, { columns }] of series.entries()) {
      const { columns: rings, heat: counts } = columns[at];
      for (const ring of rings) values.push(valueOrNull(ring.get(row)));
      if (counts !== undefined) heat.push([index, counts.get(row)]);
    }
    return {
      step: tier.step,
      time: this.timeOf(tier, row),
      seconds: rounded(tier.secondsOf(row)),
      ...(added.length > 0 && { series: added }),
      values,
      ...(hasTotals && { latest: series.map(({ steps }) => totalOrNull(steps.latest)) }),
      heat,
    };
  }

  /** The steps after this number; `undefined` if some of them are missing. */
  stepsAfter(sequence: number): StoredStep[] | undefined {
    return this.store.stepsAfter(sequence);
  }

  /** The kept steps after this number, even if the indexes of series or the times have changed since. */
  keptAfter(sequence: number): StoredStep[] {
    return this.store.keptAfter(sequence);
  }

  /** Whether a step is still kept. */
  has({ tier, row, sequence }: StoredStep): boolean {
    return tier.sequenceOf(row) === sequence;
  }

  /** The series that are kept. */
  get series(): readonly HistorySeries[] {
    return this.store.series.map(({ identity }) => identity);
  }

  /**
   * The values of one figure in all steps of one length, the oldest first; `NaN` for none. Empty for a series that is not kept.
   */
  values(step: Step, key: string, figure: Figure): number[] {
    const series = this.store.find(key);
    if (series === undefined) return [];
    const { figures, columns } = series.columns[step === 1 ? 0 : 1];
    const column = columns[figures.indexOf(figure)];
    return column === undefined ? [] : rowsOf(this.tierOf(step)).map((row) => column.get(row));
  }

  /** How many seconds each step has taken; `NaN` where the process was suspended. */
  seconds(step: Step): number[] {
    const tier = this.tierOf(step);
    return rowsOf(tier).map((row) => tier.secondsOf(row));
  }

  /** The end of a step, in milliseconds since 1970. It is another one after the wall clock was set. */
  timeOf(tier: HistoryTier, row: number): number {
    return this.facts.wallTimeOf(row * tier.step);
  }

  private tierOf(step: Step): HistoryTier {
    return step === 1 ? this.store.short : this.store.long;
  }

  private rangeOf(tier: HistoryTier, since: number | undefined): RowRange {
    const rows: number[] = [];
    const times: number[] = [];
    for (const row of rowsOf(tier)) {
      const time = this.timeOf(tier, row);
      if (since !== undefined && time <= since) continue;
      rows.push(row);
      times.push(time);
    }
    return { tier, rows, times };
  }
}

interface RowRange {
  readonly tier: HistoryTier;
  readonly rows: readonly number[];
  readonly times: readonly number[];
}

/** Columns in one time slice. */
const COLUMNS_AT_ONCE = 8;

function* tierDocument(
  { tier, rows, times }: RowRange,
  chosen: readonly StoredSeries[],
  at: 0 | 1,
): Sliced<TierDocument> {
  const columns: HistoryColumn[] = [];
  const heats: HeatColumn[] = [];
  for (const [series, stored] of chosen.entries()) {
    const { figures, columns: rings, heat } = stored.columns[at];
    for (const [i, figure] of figures.entries()) {
      const ring = rings[i];
      if (ring === undefined || ring.isEmpty) continue;
      const values = rows.map((row) => valueOrNull(ring.get(row)));
      if (values.some((value) => value !== null)) columns.push({ series, figure, values });
      if (columns.length % COLUMNS_AT_ONCE === 0) yield;
    }
    if (heat !== undefined) {
      heats.push({ series, bounds: HEAT_BOUNDS, counts: rows.map((row) => heat.get(row)) });
    }
  }
  const seconds = rows.map((row) => valueOrNull(tier.secondsOf(row)));
  return { step: tier.step, times, seconds, columns, ...(heats.length > 0 && { heat: heats }) };
}

function rowsOf({ firstRow, lastRow }: HistoryTier): number[] {
  return Array.from({ length: Math.max(0, lastRow - firstRow + 1) }, (_, at) => firstRow + at);
}

function totalOrNull(total: number): number | null {
  return Number.isFinite(total) ? total : null;
}

/** Whether a query selects a series. */
export function matches({ key, name }: HistorySeries, names: readonly string[]): boolean {
  return names.some((wanted) =>
    wanted.endsWith('*') ? key.startsWith(wanted.slice(0, -1)) : wanted === key || wanted === name,
  );
}
