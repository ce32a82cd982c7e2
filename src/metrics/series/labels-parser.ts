import { setOwn } from '../../common/set-own.js';
import { parseLabels } from './series-name.js';

/**
 * Takes the canonical labels of many series apart, one after the other. What a text has in common with the one before
 * it is not made anew: with very many series, most of what a look at them costs is to move young texts about in memory.
 */
export class LabelsParser {
  private names: string[] = [];
  private values: string[] = [];

  /** The labels that this text stands for. */
  parse(text: string): Record<string, string> {
    if (text === '') return {};
    // Where anything is escaped or a name is quoted, it takes more to tell names and values apart.
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

  /** What stands there up to the end mark: the known text, if it does. */
  private part(text: string, at: number, end: string, known: string | undefined): string {
    if (known !== undefined && text.startsWith(known, at) && text[at + known.length] === end) return known;
    return text.slice(at, text.indexOf(end, at));
  }
}
