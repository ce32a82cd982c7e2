import type { Sliced } from '../../common/slices.js';

/** Totals between two points where the work can be interrupted. */
const STEPS = 256;

/** A total that is in none of this many publishes is forgotten, after twice as many at the latest: its series was removed. */
const FORGET_AFTER = 500;

/** A number that was sent. */
interface Sent {
  readonly value: number;
  /** The identity of its series, if that has one. Weak, so that a removed series takes no memory. */
  readonly series: WeakRef<object> | undefined;
}

/**
 * The numbers that were sent successfully. A number is recorded when its packet was sent, not when it was created: after a
 * publish that failed halfway, the next one sends only what was not sent.
 */
export class Acknowledged {
  private totals = new Map<string, Sent>();
  /** Totals that were in no publish since {@link totals} was created. */
  private unseen = new Map<string, Sent>();
  private publishes = 0;
  /** The part of each interval that a failed publish has sent. The interval is part of the next publish again. */
  private readonly partlySent = new Map<string, Sent>();

  /**
   * The increase of a total since it was last sent; `undefined` if it has been sent and has not increased.
   *
   * @param identity of the series, if it has one.
   */
  growthOf(key: string, total: number, identity?: object): number | undefined {
    const before = this.totals.get(key) ?? this.seen(key);
    // A series that was removed and created again begins at 0. Without an identity, only a total that falls shows it.
    if (before === undefined || isOfAnother(before, identity) || total < before.value) return total;
    return total === before.value ? undefined : total - before.value;
  }

  gotTotal(key: string, total: number, identity?: object): void {
    this.totals.set(key, sentOf(total, identity, this.totals.get(key)));
  }

  /** The part of an interval that is still to be sent. The interval of a failed publish is part of the next one. */
  restOf(part: string, interval: number, identity?: object): number {
    const before = this.partlySent.get(part);
    return before === undefined || isOfAnother(before, identity) ? interval : interval - before.value;
  }

  gotInterval(part: string, interval: number, identity?: object): void {
    this.partlySent.set(part, sentOf(interval, identity));
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
    for (const [key, { value }] of [...this.unseen, ...this.totals]) {
      lines.push(JSON.stringify([key, value]));
      if (lines.length % STEPS === 0) yield;
    }
    return lines.join('\n');
  }

  *restore(text: string): Sliced<void> {
    this.totals.clear();
    this.unseen.clear();
    for (const line of text === '' ? [] : text.split('\n')) {
      const [key, total] = JSON.parse(line) as [string, number];
      this.totals.set(key, sentOf(total, undefined));
      if (this.totals.size % STEPS === 0) yield;
    }
  }

  clear(): void {
    this.totals.clear();
    this.unseen.clear();
    this.partlySent.clear();
  }

  private seen(key: string): Sent | undefined {
    const sent = this.unseen.get(key);
    if (sent !== undefined) this.totals.set(key, sent);
    return sent;
  }
}

/** @param before what was sent of it before, whose reference is used again if it is of the same series. */
function sentOf(value: number, identity: object | undefined, before?: Sent): Sent {
  if (identity === undefined) return { value, series: undefined };
  const known = before?.series;
  return { value, series: known?.deref() === identity ? known : new WeakRef(identity) };
}

/** Whether a number is of a series that was removed since. Unknown for a number that another process has sent, or merged ones. */
function isOfAnother({ series }: Sent, identity: object | undefined): boolean {
  return series !== undefined && identity !== undefined && series.deref() !== identity;
}
