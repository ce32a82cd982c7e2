import { LabelOrder } from './label-order.js';
import type { KnownLabels, Labels } from './labels.js';
import { SeriesTable } from './series-table.js';

/** The maximum number of orders of label names that are stored. Labels in any other order are found too, more slowly. */
const MAX_ORDERS = 32;

/**
 * Finds a series of a metric by its labels, without building their canonical text, which takes several times as long.
 *
 * A call in the code has its labels in the same order each time. For each known {@link LabelOrder}, a lookup is one pass over
 * the labels. The same names in another order use the same {@link SeriesTable}.
 */
export class LabelIndex<S> {
  private readonly orders: LabelOrder<S>[] = [];
  /** By the sorted names of the labels. */
  private readonly tables = new Map<string, SeriesTable<S>>();

  /** The series of these labels, if it was added or found in this order before. */
  find(labels: Labels): S | undefined {
    const { orders } = this;
    for (let i = 0; i < orders.length; i++) {
      const series = orders[i]?.find(labels);
      if (series !== undefined) return series;
    }
    return undefined;
  }

  /** The series of these labels, if there is one. */
  findInAnyOrder(labels: KnownLabels): S | undefined {
    const table = this.tables.get(signatureOf(labels));
    const series = table?.find(labels);
    if (table !== undefined && series !== undefined) {
      table.addValues(labels);
      this.addOrder(Object.keys(labels), table);
    }
    return series;
  }

  /** Adds a series for labels that have none. */
  add(labels: KnownLabels, series: S): void {
    const signature = signatureOf(labels);
    let table = this.tables.get(signature);
    if (table === undefined) {
      table = new SeriesTable(Object.keys(labels).sort());
      this.tables.set(signature, table);
    }
    table.add(labels, series);
    this.addOrder(Object.keys(labels), table);
  }

  /** Removes the series of these labels. The numbers of their values stay: create a new index when many series were removed. */
  remove(labels: KnownLabels): void {
    this.tables.get(signatureOf(labels))?.remove(labels);
  }

  private addOrder(names: string[], table: SeriesTable<S>): void {
    if (this.orders.length >= MAX_ORDERS || this.orders.some((order) => order.has(names))) return;
    this.orders.push(new LabelOrder(names, table));
  }
}

function signatureOf(labels: KnownLabels): string {
  return JSON.stringify(Object.keys(labels).sort());
}
