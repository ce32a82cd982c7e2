import type { RequestSeries } from './http-series.js';

/**
 * So many requests that have ended are put aside, and then counted together: what it takes to count one of them would
 * otherwise have left the caches of the processor by the time of the next, and cost several times as much.
 */
const BATCH = 64;

/**
 * Requests that have ended and are still to be counted: where each goes, and how long it took. They stand in columns, so
 * that putting one aside makes no object.
 */
export class EndedRequests {
  private readonly series: RequestSeries[] = [];
  private readonly seconds = new Float64Array(BATCH);
  private end = 0;
  private taken = 0;

  /** Whether there is no room for another. */
  get isFull(): boolean {
    return this.end >= BATCH;
  }

  /** Where there is room for it. */
  add(series: RequestSeries, seconds: number): void {
    const at = this.end++;
    this.series[at] = series;
    this.seconds[at] = seconds;
  }

  /** Gives each of them once, also where what is done with one leads back to here. */
  takeAll(take: (series: RequestSeries, seconds: number) => void): void {
    while (this.taken < this.end) {
      const at = this.taken++;
      take(this.series[at], this.seconds[at]);
    }
    this.taken = this.end = 0;
  }
}
