import { setOwn } from '../../common/set-own.js';
import { parseLabels } from './parse-series-name.js';

/**
 * Parses the canonical labels of many series, one after the other. Names and values that equal those of the previous text
 * are reused: with very many series, most of the time of a read is garbage collection of new strings.
 */
export class LabelsParser {
  private names: string[] = [];
  private values: string[] = [];

  /** The labels in a canonical text. */
  parse(text: string): Record<string, string> {
    if (text === '') return {};
    // With escapes or quoted names, the simple split below is wrong.
    if (text.includes('\\') || text.startsWith('{"') || text.includes(',"')) return parseLabels(text);
    const labels: Record<string, string> = {};
    for (let at = 1, i = 0; at < text.length; i++) {
      const name = (this.names[i] = this.part(text, at, '=', this.names[i]));
      const start = at + name.length + 2;
      const value = (this.values[i] = this.part(text, start, '"', this.values[i]));
      setOwn(labels, name, value);
      at = start + value.length + 2;
    }
    return labels;
  }

  /** The text up to the end character: the known string, if it is equal. */
  private part(text: string, at: number, end: string, known: string | undefined): string {
    if (known !== undefined && text.startsWith(known, at) && text[at + known.length] === end) return known;
    return text.slice(at, text.indexOf(end, at));
  }
}
