/** A total, and the identity of its series, if that has one. */
interface Total {
  readonly value: number;
  readonly identity: object | undefined;
}

/**
 * The increase of each total since the last collection of one producer.
 */
export class Deltas {
  private last = new Map<string, Map<string, Total>>();
  private next = new Map<string, Map<string, Total>>();

  /**
   * The increase of a total since the last {@link commit}.
   *
   * @param metric identifies the total, together with `series`.
   * @param identity of the series, if it has one.
   */
  since(metric: string, series: string, value: number, identity?: object): number {
    let totals = this.next.get(metric);
    if (totals === undefined) this.next.set(metric, (totals = new Map()));
    const total = { value, identity };
    totals.set(series, total);
    const before = this.last.get(metric)?.get(series);
    return before === undefined || beginsAnew(total, before) ? value : value - before.value;
  }

  /** The collection has succeeded: the next increases are relative to it. */
  commit(): void {
    this.last = this.next;
    this.next = new Map();
  }

  /** The collection has failed: the next increases are relative to the last one that succeeded. */
  rollBack(): void {
    this.next = new Map();
  }
}

/** A series that was removed and created again begins at 0. Without identities, only a total that falls shows it. */
function beginsAnew({ value, identity }: Total, before: Total): boolean {
  const isAnother = identity !== undefined && before.identity !== undefined && identity !== before.identity;
  return isAnother || value < before.value;
}
