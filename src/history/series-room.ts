import type { HistorySeries } from './history-document.js';
import type { HistoryStore, StoredSeries } from './history-store.js';
import type { MemoryBudget } from './memory-budget.js';
import type { SeriesSteps } from './series-steps.js';

/** Keeps series, up to a limit. */
export class SeriesRoom {
  /**
   * @param limit how many series are kept.
   * @param budget limits the memory of the buckets of histograms.
   */
  constructor(
    private readonly store: HistoryStore,
    readonly limit: number,
    readonly budget: MemoryBudget,
  ) {}

  get isFull(): boolean {
    return this.store.size >= this.limit;
  }

  add(identity: HistorySeries, steps: SeriesSteps): StoredSeries {
    return this.store.add(identity, steps);
  }
}
