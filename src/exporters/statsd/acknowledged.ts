import type { Sliced } from '../../common/slices.js';

/** Totals between two places where the work can be interrupted. */
const STEPS = 256;

/** Totals that were in none of so many publishes are forgotten, after twice as many at the latest. Their series were removed. */
const FORGET_AFTER = 500;

/**
 * What has been sent successfully. A number is recorded when its packet was sent, and not when it was made, so that after a
 * publish that failed half way the next one sends what was not sent, and nothing else.
 */
export class Acknowledged {
  private totals = new Map<string, number>();
  /** Totals that were in no publish since {@link totals} was created. */
  private unseen = new Map<string, number>();
  private publishes = 0;
  /** What was sent of intervals that are part of the next publish again, because this one failed. */
  private readonly partlySent = new Map<string, number>();

  /** The increase of a total since it was last sent; `undefined` if it has been sent and has not increased. */
  growthOf(series: string, total: number): number | undefined {
    const before = this.totals.get(series) ?? this.seen(series);
    if (before === total) return undefined;
    // One that was removed and created again begins at 0.
    return before === undefined || total < before ? total : total - before;
  }

  gotTotal(series: string, total: number): void {
    this.totals.set(series, total);
  }

  /** What is still to be sent of an interval. That of a failed publish is part of the next one. */
  restOf(part: string, interval: number): number {
    return interval - (this.partlySent.get(part) ?? 0);
  }

  gotInterval(part: string, interval: number): void {
    this.partlySent.set(part, interval);
  }

  /** The publish has succeeded: the next intervals begin at 0. */
  closeIntervals(): void {
    this.partlySent.clear();
    if (++this.publishes % FORGET_AFTER !== 0) return;
    this.unseen = this.totals;
    this.totals = new Map();
  }

  /** The totals as text, a line for each, for the process that publishes after this one. */
  *read(): Sliced<string> {
    const lines: string[] = [];
    for (const total of [...this.unseen, ...this.totals]) {
      lines.push(JSON.stringify(total));
      if (lines.length % STEPS === 0) yield;
    }
    return lines.join('\n');
  }

  *restore(text: string): Sliced<void> {
    this.totals.clear();
    this.unseen.clear();
    for (const line of text === '' ? [] : text.split('\n')) {
      const [series, total] = JSON.parse(line) as [string, number];
      this.totals.set(series, total);
      if (this.totals.size % STEPS === 0) yield;
    }
  }

  clear(): void {
    this.totals.clear();
    this.unseen.clear();
    this.partlySent.clear();
  }

  private seen(series: string): number | undefined {
    const total = this.unseen.get(series);
    if (total !== undefined) this.totals.set(series, total);
    return total;
  }
}
