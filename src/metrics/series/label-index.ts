import { ownCopy } from '../../common/own-copy.js';
import type { KnownLabels, Labels, LabelValue } from './labels.js';

/** So many orders of the names of labels are remembered; further ones are still found, more slowly. */
const MAX_SHAPES = 32;

/**
 * Finds the series that belongs to some labels, in a fraction of the time that it takes to write their canonical
 * text.
 *
 * Each value of a label has a number, and the numbers of a label set are packed into one, which is looked up. The
 * label sets that one place in the code hands in name their labels in the same order each time, so one pass along
 * that order, a {@link Shape}, is a whole lookup. The same names in another order are another shape, which leads
 * to the same series.
 */
export class LabelIndex<S> {
  private readonly shapes: Shape<S>[] = [];
  /** By the sorted names of the labels. */
  private readonly tables = new Map<string, SeriesTable<S>>();

  /** The series of these labels, if there is one and it was looked up in this order before. */
  find(labels: Labels): S | undefined {
    const { shapes } = this;
    for (let i = 0; i < shapes.length; i++) {
      const series = shapes[i].find(labels);
      if (series !== undefined) return series;
    }
    return undefined;
  }

  /** The series of these labels, if there is one. */
  findInAnyOrder(labels: KnownLabels): S | undefined {
    const table = this.tables.get(signatureOf(labels));
    const series = table?.find(labels);
    if (table !== undefined && series !== undefined) {
      table.learn(labels);
      this.remember(Object.keys(labels), table);
    }
    return series;
  }

  /** Adds a series under labels that have none. */
  add(labels: KnownLabels, series: S): void {
    const signature = signatureOf(labels);
    let table = this.tables.get(signature);
    if (table === undefined) {
      table = new SeriesTable(Object.keys(labels).sort());
      this.tables.set(signature, table);
    }
    table.add(labels, series);
    this.remember(Object.keys(labels), table);
  }

  private remember(names: string[], table: SeriesTable<S>): void {
    if (this.shapes.length >= MAX_SHAPES || this.shapes.some((shape) => shape.isOf(names))) return;
    this.shapes.push(new Shape(names, table));
  }
}

function signatureOf(labels: KnownLabels): string {
  return JSON.stringify(Object.keys(labels).sort());
}

/** The numbers of the values that one label was set to. A value and its text have the same: 200 is "200". */
class Column {
  readonly numbers = new Map<LabelValue | undefined, number>();
  private size = 0;

  numberOf(value: LabelValue): number | undefined {
    return this.numbers.get(value) ?? this.numbers.get(String(value));
  }

  add(value: LabelValue): number {
    const known = this.numberOf(value);
    if (known === undefined) this.numbers.set(ownCopy(String(value)), this.size);
    const number = known ?? this.size++;
    if (typeof value !== 'string') this.numbers.set(value, number);
    return number;
  }
}

/** The series whose labels have the same names. */
class SeriesTable<S> {
  readonly series = new Map<number | string, S>();
  readonly columns: readonly Column[];
  /** The numbers of values are packed as the digits of a number to this base, as long as they are less than it. */
  readonly base: number;

  constructor(readonly names: readonly string[]) {
    this.columns = names.map(() => new Column());
    // All digits together must be exact in a float64, which has 53 bits for them.
    this.base = 2 ** Math.floor(52 / names.length);
  }

  find(labels: KnownLabels): S | undefined {
    // A value that has no number is in no series: no key has NaN in it.
    const numbers = this.columns.map((column, i) => column.numberOf(labels[this.names[i]]) ?? Number.NaN);
    return this.series.get(this.keyOf(numbers));
  }

  /** Makes the values of a label set that was found be found at once from here on, 200 as well as "200". */
  learn(labels: KnownLabels): void {
    this.columns.forEach((column, i) => column.add(labels[this.names[i]]));
  }

  add(labels: KnownLabels, series: S): void {
    const numbers = this.columns.map((column, i) => column.add(labels[this.names[i]]));
    this.series.set(this.keyOf(numbers), series);
  }

  private keyOf(numbers: readonly number[]): number | string {
    if (numbers.some((value) => value >= this.base)) return numbers.join();
    return numbers.reduce((key, value, i) => key + value * this.base ** i, 0);
  }
}

/** One order of the names in a table. */
class Shape<S> {
  private readonly columns: readonly Map<LabelValue | undefined, number>[];
  private readonly weights: readonly number[];

  constructor(
    private readonly names: readonly string[],
    private readonly table: SeriesTable<S>,
  ) {
    const places = names.map((name) => table.names.indexOf(name));
    this.columns = places.map((place) => table.columns[place].numbers);
    this.weights = places.map((place) => table.base ** place);
  }

  isOf(names: readonly string[]): boolean {
    return names.length === this.names.length && names.every((name, i) => name === this.names[i]);
  }

  /** `undefined` too if the labels are of another shape. */
  find(labels: Labels): S | undefined {
    const { names, columns, weights, table } = this;
    let i = 0;
    let key = 0;
    // The fastest way over the properties of an object by far.
    for (const name in labels) {
      if (name !== names[i]) return undefined;
      const value = columns[i].get(labels[name]);
      if (value === undefined) return undefined;
      if (value >= table.base) return table.find(labels as KnownLabels);
      key += value * weights[i];
      i++;
    }
    // What an object inherits comes after what it has: if the last one is its own, they all are.
    const isAll = i === names.length && typeof labels === 'object' && Object.hasOwn(labels, names[i - 1]);
    return isAll ? table.series.get(key) : undefined;
  }
}
