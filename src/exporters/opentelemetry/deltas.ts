/**
 * What was added to each total since the last collection. It is one producer's own: another one that looks in between
 * takes nothing away.
 */
export class Deltas {
  private last = new Map<string, Map<string, number>>();
  private next = new Map<string, Map<string, number>>();

  /**
   * What was added to a total since the last {@link commit}.
   *
   * @param metric and `series` name the total, and nothing else.
   */
  since(metric: string, series: string, total: number): number {
    let totals = this.next.get(metric);
    if (totals === undefined) this.next.set(metric, (totals = new Map()));
    totals.set(series, total);
    return total - (this.last.get(metric)?.get(series) ?? 0);
  }

  /** What was seen is what the next differences begin at. */
  commit(): void {
    this.last = this.next;
    this.next = new Map();
  }

  /** Forgets what was seen since the last {@link commit}: the collection did not come about. */
  rollBack(): void {
    this.next = new Map();
  }
}
