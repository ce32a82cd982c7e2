import { randomInt } from 'node:crypto';
import type { HistorySeries } from './history-document.js';
import type { ResolvedHistoryOptions } from './history.options.js';
import type { TierColumns } from './history-tier.js';
import { HistoryTier } from './history-tier.js';
import type { SeriesSteps } from './series-steps.js';

/** How many seconds are kept in steps of 1 s. */
export const SHORT_TIER_SECONDS = 300;

/**
 * Numbers of steps begin at a random multiple of this, so that a client does not continue in another process as if it were the
 * same.
 */
const NUMBERS_OF_A_PROCESS = 2 ** 26;

/** A series that is kept. */
export interface StoredSeries {
  readonly identity: HistorySeries;
  readonly steps: SeriesSteps;
  /** By tier. */
  readonly columns: readonly [short: TierColumns, long: TierColumns];
  /** The number of the first step that has it. */
  readonly since: number;
}

/** One step of one tier. */
export interface StoredStep {
  readonly tier: HistoryTier;
  readonly row: number;
  readonly sequence: number;
}

/** All series and steps that are kept. */
export class HistoryStore {
  readonly short: HistoryTier;
  readonly long: HistoryTier;
  /** By index. The array is replaced when series are removed, so a read in progress keeps its indexes. */
  private list: StoredSeries[] = [];
  private readonly byKey = new Map<string, StoredSeries>();
  private lastSequence = randomInt(1, NUMBERS_OF_A_PROCESS) * NUMBERS_OF_A_PROCESS;
  /** Clients with lower numbers know other series under the same indexes, or other times. */
  private validFrom = this.lastSequence;

  constructor({ minutes }: ResolvedHistoryOptions) {
    this.short = new HistoryTier(1, SHORT_TIER_SECONDS);
    this.long = new HistoryTier(10, minutes * 6);
  }

  /** The number of the last step. */
  get sequence(): number {
    return this.lastSequence;
  }

  get size(): number {
    return this.list.length;
  }

  /** The series of the steps so far, without those that only the next step will have. */
  get series(): readonly StoredSeries[] {
    const { list, lastSequence } = this;
    return list.at(-1)?.since === lastSequence + 1 ? list.filter(({ since }) => since <= lastSequence) : list;
  }

  /** All series, also those that only the next step will have. */
  get all(): readonly StoredSeries[] {
    return this.list;
  }

  find(key: string): StoredSeries | undefined {
    return this.byKey.get(key);
  }

  add(identity: HistorySeries, steps: SeriesSteps): StoredSeries {
    const columns = [this.short.columnsFor(steps), this.long.columnsFor(steps)] as const;
    const series = { identity, steps, columns, since: this.lastSequence + 1 };
    this.list.push(series);
    this.byKey.set(identity.key, series);
    return series;
  }

  /** Removes series. The indexes of the others change, so {@link invalidate} must follow. */
  remove(series: ReadonlySet<StoredSeries>): void {
    this.list = this.list.filter((one) => !series.has(one));
    for (const { identity } of series) this.byKey.delete(identity.key);
  }

  /** From now on, no client can continue from any step so far. It uses up one sequence number, which no step has. */
  invalidate(): void {
    this.validFrom = ++this.lastSequence;
  }

  /** Stores the figures of all series for their last step of 1 s or 10 s. */
  write(tier: HistoryTier, row: number, seconds: number): StoredStep {
    const sequence = ++this.lastSequence;
    const at = tier === this.short ? 0 : 1;
    tier.begin({ row, seconds, sequence }, this.columnsAt(at));
    for (const { columns, steps } of this.list) tier.write(columns[at], steps);
    return { tier, row, sequence };
  }

  /** The steps after this number; `undefined` if some of them are missing, or the number is that of another process. */
  stepsAfter(sequence: number): StoredStep[] | undefined {
    if (sequence < this.validFrom || sequence > this.lastSequence) return undefined;
    const steps = this.keptAfter(sequence);
    return steps.length === this.lastSequence - sequence ? steps : undefined;
  }

  /** The kept steps after this number, for readers that do not rely on earlier indexes and times. */
  keptAfter(sequence: number): StoredStep[] {
    const steps = [this.short, this.long].flatMap((tier) =>
      tier.rowsAfter(sequence).map((row) => ({ tier, row, sequence: tier.sequenceOf(row) })),
    );
    return steps.sort((a, b) => a.sequence - b.sequence);
  }

  private *columnsAt(at: 0 | 1): Iterable<TierColumns> {
    for (const { columns } of this.list) yield columns[at];
  }
}
