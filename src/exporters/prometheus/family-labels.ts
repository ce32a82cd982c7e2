import type { PrometheusNames } from '../../metrics/definitions/metric-definition.js';
import { parseSeriesName } from '../../metrics/series/series-name.js';
import type { SeriesView } from '../../metrics/source/metrics-source.js';
import { fitLabel, TakenNames } from './names.js';

/** The names and values that the labels of a metric of the monitor itself have here. */
type LabelRules = Pick<PrometheusNames, 'labels' | 'labelValue'>;

/** The values in the canonical text of labels. */
const VALUES = /="(?:[^"\\]|\\.)*"/gs;

/** Values that cannot be written as they are: empty ones (and those of nothing but quotes), and unfit characters. */
const UNFIT_VALUE = /="(?:\\")*"(?=[,}])|[\0\ufffd]|\p{Surrogate}/u;

/**
 * The labels of the series of one metric, as they stand in the text.
 *
 * That is their canonical text, as long as it fits: its syntax is that of Prometheus. So nothing is kept for nearly all
 * series, and no series is looked into more than once.
 */
export class FamilyLabels {
  /** What each name of a label has become. */
  private names = new Map<string, string>();
  /** The names in the shapes that were seen, such as `{method,status}`. */
  private readonly shapes = new Map<string, readonly string[]>();
  /** The shapes whose names stay as they are. */
  private readonly plainShapes = new Set<string>();
  private readonly rewritten = new Map<SeriesView, string>();
  private checked = 0;

  constructor(private readonly rules: LabelRules = {}) {}

  /**
   * Looks at the series that are new.
   *
   * @param series all of a metric, in the order in which they came.
   * @param most so many of them at most.
   * @returns whether it has seen them all.
   */
  learn(series: readonly SeriesView[], most: number): boolean {
    const end = Math.min(series.length, this.checked + most);
    while (this.checked < end) {
      const one = series[this.checked];
      const shape = shapeOf(one.labels);
      if (!this.shapes.has(shape) && this.learnShape(shape, one.labels)) {
        // Names have changed that were known. Those that have them are looked at once more, and stand until then as
        // they were: somebody may be in the middle of writing them.
        this.checked = 0;
        return false;
      }
      this.checked++;
      const isPlain = this.plainShapes.has(shape) && !UNFIT_VALUE.test(one.labels);
      if (!isPlain) this.rewritten.set(one, this.rewrite(one.labels));
    }
    return this.checked === series.length;
  }

  /** The labels of a series that was looked at. */
  of(series: SeriesView): string {
    return (this.rewritten.size > 0 ? this.rewritten.get(series) : undefined) ?? series.labels;
  }

  /** @returns whether it changes what names have become that were known. */
  private learnShape(shape: string, labels: string): boolean {
    const before = this.names;
    const own = Object.keys(labelsIn(labels));
    this.shapes.set(shape, own);
    if (own.some((name) => !before.has(name))) this.names = this.settle([...before.keys(), ...own]);
    this.plainShapes.clear();
    for (const [known, names] of this.shapes) if (this.leavesAsIs(names)) this.plainShapes.add(known);
    return [...before].some(([name, fitted]) => this.names.get(name) !== fitted);
  }

  private leavesAsIs(names: readonly string[]): boolean {
    return this.rules.labelValue === undefined && names.every((name) => this.names.get(name) === name);
  }

  /** Names that fit keep what they are; the others get what is left, in their alphabetical order. */
  private settle(names: readonly string[]): Map<string, string> {
    const wanted = (name: string) => this.rules.labels?.[name] ?? fitLabel(name);
    const taken = new TakenNames();
    const rank = (name: string) => (wanted(name) === name || this.rules.labels?.[name] !== undefined ? 0 : 1);
    const ordered = [...new Set(names)].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
    return new Map(
      ordered.map((name) => [
        name,
        taken.give({ key: name, nameWith: (suffix) => wanted(name) + suffix, needs: (fitted) => [fitted] }),
      ]),
    );
  }

  private rewrite(text: string): string {
    const { labelValue: valueOf = (value) => value } = this.rules;
    const parts = Object.entries(labelsIn(text)).map(
      ([name, value]) => `${this.names.get(name)}="${escapeValue(fitValue(valueOf(value)))}"`,
    );
    return `{${parts.join(',')}}`;
  }
}

/** What the labels of two series have in common whose labels have the same names. */
function shapeOf(labels: string): string {
  // Where a name is quoted, it takes more to tell names and values apart.
  return labels.startsWith('{"') || labels.includes(',"')
    ? JSON.stringify(Object.keys(labelsIn(labels)))
    : labels.replace(VALUES, '');
}

/** The labels in their canonical text. */
export function labelsIn(text: string): Record<string, string> {
  return parseSeriesName(`x${text}`).labels;
}

/**
 * A value that Prometheus tells from all others. An empty one would be no label at all to it, a NUL the end of the
 * text, and half of a surrogate pair is replaced on the way whatever it was.
 */
function fitValue(value: string): string {
  if (/^"*$/.test(value)) return `${value}""`;
  return fitText(value, /[\0\ufffd]|\p{Surrogate}/gu);
}

/** A text without what cannot be sent. */
export function fitText(text: string, unfit = /\0|\p{Surrogate}/gu): string {
  return text.replace(unfit, (one) => `\ufffd${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

export function escapeValue(text: string): string {
  return text.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));
}
