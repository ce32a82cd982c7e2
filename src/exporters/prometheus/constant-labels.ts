import type { ExportNames } from '../../metrics/export-names.js';
import { escapeQuoted, sanitizeValue } from './sanitize.js';

/** A label in the text of labels. */
const LABEL = /([a-zA-Z_]\w*)="(?:[^"\\]|\\.)*"/gs;

/** Adds the labels of the option `labels` to the text of the labels of a series. */
export class ConstantLabels {
  private readonly names: readonly string[];
  private readonly texts: readonly string[];
  /** All of them, without braces. */
  private readonly all: string;

  constructor({ labels }: Pick<ExportNames, 'labels'>) {
    this.names = Object.keys(labels);
    this.texts = Object.entries(labels).map(
      ([name, value]) => `${name}="${escapeQuoted(sanitizeValue(value))}"`,
    );
    this.all = this.texts.join(',');
  }

  /** @param labels in braces; empty without labels. A label that is already there is not changed. */
  addTo(labels: string): string {
    if (this.all === '') return labels;
    if (labels === '') return `{${this.all}}`;
    // Hardly any series has one of them. The text found here may also be in a value, or be the end of another name.
    const missing = this.names.some((name) => labels.includes(`${name}="`))
      ? this.missingIn(labels)
      : this.all;
    return missing === '' ? labels : `{${missing},${labels.slice(1)}`;
  }

  private missingIn(labels: string): string {
    const present = new Set(Array.from(labels.matchAll(LABEL), ([, name]) => name));
    return this.texts.filter((_text, at) => !present.has(this.names[at])).join(',');
  }
}
