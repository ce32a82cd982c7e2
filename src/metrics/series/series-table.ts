import { ownCopy } from '../../common/own-copy.js';
import type { KnownLabels, LabelValue } from './labels.js';

/** The values of one label, numbered from 0. A value and its text have the same number: 200 and "200". */
export class LabelColumn {
  readonly numbers = new Map<LabelValue | undefined, number>();
  private size = 0;

  constructor(readonly name: string) {}

  /** `undefined` for a value that no series has. */
  numberOf(labels: KnownLabels): number | undefined {
    const value = labels[this.name];
    return this.numbers.get(value) ?? (value === undefined ? undefined : this.numbers.get(String(value)));
  }

  /** Returns the number of a value, and assigns one if it has none yet. */
  add(labels: KnownLabels): number {
    const known = this.numberOf(labels);
    const value = labels[this.name];
    if (known === undefined) this.numbers.set(ownCopy(String(value)), this.size);
    const number = known ?? this.size++;
    if (typeof value !== 'string') this.numbers.set(value, number);
    return number;
  }
}

/** The series of one metric whose labels have the same names. The key of a series is made of the numbers of its values. */
export class SeriesTable<S> {
  readonly columns: readonly LabelColumn[];
  /** Numbers below the base are packed into one numeric key, as its digits. If any number is not below it, the key is a text. */
  readonly base: number;
  private readonly series = new Map<number | string, S>();

  /** @param names sorted. */
  constructor(names: readonly string[]) {
    this.columns = names.map((name) => new LabelColumn(name));
    // A key must be an exact integer in a double, which has 53 bits.
    this.base = 2 ** Math.floor(52 / names.length);
  }

  /** @param labels with the names of this table. */
  find(labels: KnownLabels): S | undefined {
    // A value without a number becomes NaN, which no stored key contains.
    return this.series.get(this.keyOf(this.columns.map((column) => column.numberOf(labels) ?? Number.NaN)));
  }

  findByKey(key: number): S | undefined {
    return this.series.get(key);
  }

  /** Adds the values of labels that were found, so that one pass finds them next time: 200 as well as "200". */
  addValues(labels: KnownLabels): void {
    for (const column of this.columns) column.add(labels);
  }

  add(labels: KnownLabels, series: S): void {
    this.series.set(this.keyOf(this.columns.map((column) => column.add(labels))), series);
  }

  /** @returns whether there was one. */
  remove(labels: KnownLabels): boolean {
    return this.series.delete(
      this.keyOf(this.columns.map((column) => column.numberOf(labels) ?? Number.NaN)),
    );
  }

  private keyOf(numbers: readonly number[]): number | string {
    if (numbers.some((number) => number >= this.base)) return numbers.join();
    return numbers.reduce((key, number, i) => key + number * this.base ** i, 0);
  }
}
