/**
 * What has got out so far. A number is taken down when its packet was sent, and not when it was made, so that a publish
 * that fails half way sends again what did not get out, and nothing else.
 */
export class Acknowledged {
  private readonly totals = new Map<string, number>();
  private readonly early = new Map<string, number>();

  /** What a total has grown by since it last got out; `undefined` if it did once and has not grown since. */
  growthOf(series: string, total: number): number | undefined {
    const before = this.totals.get(series);
    if (before === total) return undefined;
    return total - (before ?? 0);
  }

  gotTotal(series: string, total: number): void {
    this.totals.set(series, total);
  }

  /**
   * What of an interval is still to be sent. The interval of a publish that failed is part of the next one, and some of
   * it may have got out.
   */
  restOf(figure: string, interval: number): number {
    return interval - (this.early.get(figure) ?? 0);
  }

  /** All of an interval has got out. */
  gotInterval(figure: string, interval: number): void {
    this.early.set(figure, interval);
  }

  /** The next intervals begin anew: the publish has got through. */
  closeIntervals(): void {
    this.early.clear();
  }

  clear(): void {
    this.totals.clear();
    this.early.clear();
  }
}
