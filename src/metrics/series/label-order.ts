import type { KnownLabels, Labels, LabelValue } from './labels.js';
import type { SeriesTable } from './series-table.js';

interface LabelPart {
  readonly name: string;
  readonly numbers: ReadonlyMap<LabelValue | undefined, number>;
  /** The place value of the number of this label in the packed key. */
  readonly weight: number;
}

/** The label names of a {@link SeriesTable} in one order in which labels have them. */
export class LabelOrder<S> {
  private readonly parts: readonly LabelPart[];

  constructor(
    names: readonly string[],
    private readonly table: SeriesTable<S>,
  ) {
    this.parts = names.flatMap((name) => {
      const place = table.columns.findIndex((column) => column.name === name);
      const column = table.columns[place];
      return column === undefined ? [] : [{ name, numbers: column.numbers, weight: table.base ** place }];
    });
  }

  /** Whether this is the order of these names. */
  has(names: readonly string[]): boolean {
    return names.length === this.parts.length && names.every((name, i) => name === this.parts[i]?.name);
  }

  /** The series of labels in this order, by one pass over them. `undefined` for labels in another order. */
  find(labels: Labels): S | undefined {
    const { parts, table } = this;
    let [i, key] = [0, 0];
    let isPacked = true;
    let last = '';
    // `for in` is the fastest way to visit the properties of an object.
    for (const name in labels) {
      const part = parts[i];
      if (part === undefined || name !== part.name) return undefined;
      const number = part.numbers.get(labels[name]);
      if (number === undefined) return undefined;
      if (number >= table.base) isPacked = false;
      key += number * part.weight;
      last = name;
      i++;
    }
    // Inherited properties come after an object's own: if the last one is its own, all are.
    if (i !== parts.length || typeof labels !== 'object' || !Object.hasOwn(labels, last)) return undefined;
    return isPacked ? table.findByKey(key) : table.find(labels as KnownLabels);
  }
}
