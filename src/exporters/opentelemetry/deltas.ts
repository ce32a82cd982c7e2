/**
 * The increase of each total since the last collection of one producer.
 */
export class Deltas {
  private last = new Map<string, Map<string, number>>();
  private next = new Map<string, Map<string, number>>();

  /**
   * The increase of a total since the last {@link commit}.
   *
   * @param metric identifies the total, together with `series`.
   */
  since(metric: string, series: string, total: number): number {
    let totals = this.next.get(metric);
    if (totals === undefined) this.next.set(metric, (totals = new Map()));
    totals.set(series, total);
    const before = this.last.get(metric)?.get(series) ?? 0;
    // One that was removed and created again begins at 0.
    return total < before ? total : total - before;
  }

  /** The collection has succeeded: the next increases are relative to it. */
  commit(): void {
    this.last = this.next;
    this.next = new Map();
  }

  /** The collection has failed: the next increases are relative to the one before. */
  rollBack(): void {
    this.next = new Map();
  }
}
