import { parseSeriesName } from '../../metrics/series/parse-series-name.js';
import { NameAllocator } from './name-allocator.js';
import { labelNameText } from './escaping.js';
import type { Naming } from './naming.js';
import { validLabelName } from './naming.js';

/** The values in the canonical text of labels. */
const VALUES = /="(?:[^"\\]|\\.)*"/gs;

/** The valid and distinct names that the labels of one metric have in Prometheus. */
export class LabelNames {
  private names = new Map<string, string>();
  /** The names in each combination that was added, by its {@link shapeOf shape}. */
  private readonly shapes = new Map<string, readonly string[]>();
  /** The shapes whose names are written as they are. */
  private readonly keptShapes = new Set<string>();
  private readonly renamed: ReadonlyMap<string, string>;

  /** @param renamed the names that the definition of the metric gives to its labels. */
  constructor(
    private readonly naming: Naming,
    renamed: Readonly<Record<string, string>> = {},
  ) {
    this.renamed = new Map(Object.entries(renamed));
  }

  /**
   * Adds the names in the canonical text of labels.
   *
   * @param shape of these labels.
   * @returns whether that changes the result for names that were added before.
   */
  add(shape: string, labels: string): boolean {
    if (this.shapes.has(shape)) return false;
    const before = this.names;
    const own = Object.keys(labelsIn(labels));
    this.shapes.set(shape, own);
    if (own.some((name) => !before.has(name))) this.names = this.allocate([...before.keys(), ...own]);
    this.keptShapes.clear();
    for (const [known, names] of this.shapes) {
      if (names.every((name) => this.names.get(name) === name)) this.keptShapes.add(known);
    }
    return [...before].some(([name, result]) => this.names.get(name) !== result);
  }

  /** Whether all names of a shape are written as they are. */
  areKept(shape: string): boolean {
    return this.keptShapes.has(shape);
  }

  /** The name of a label that was added, as it is written. */
  of(name: string): string | undefined {
    return this.names.get(name);
  }

  /** Valid names stay as they are and are allocated first, then those that change, each group in alphabetical order. */
  private allocate(names: readonly string[]): Map<string, string> {
    const { renamed } = this;
    const preferred = (name: string) => renamed.get(name) ?? validLabelName(name, this.naming);
    const rank = (name: string) => (preferred(name) === name || renamed.has(name) ? 0 : 1);
    const ordered = [...new Set(names)].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
    const allocator = new NameAllocator();
    return new Map(
      ordered.map((name) => [
        name,
        labelNameText(
          allocator.allocate({
            key: name,
            nameWith: (suffix) => validLabelName(preferred(name) + suffix, this.naming),
            reserves: (allocated) => [allocated],
          }),
        ),
      ]),
    );
  }
}

/** Parses the canonical text of labels. */
export function labelsIn(text: string): Record<string, string> {
  return parseSeriesName(`x${text}`).labels;
}

/** Identifies the names in the canonical text of labels: without their values, such as `{method,status}`. */
export function shapeOf(labels: string): string {
  // A quoted name can contain what looks like a value.
  return labels.startsWith('{"') || labels.includes(',"')
    ? JSON.stringify(Object.keys(labelsIn(labels)))
    : labels.replace(VALUES, '');
}
