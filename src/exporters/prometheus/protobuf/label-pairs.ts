import { parseLabels } from '../../../metrics/series/series-name.js';
import type { MessageBuffer } from './message-buffer.js';

const [NAME, VALUE] = [1, 2] as const;

/**
 * Writes `LabelPair` messages.
 *
 * @param text of the labels, as the text formats have it. It is not parsed into an object: that takes longer than to write
 * them.
 */
export function writeLabels(message: MessageBuffer, field: number, text: string): void {
  // Only with escapes may a quote not end a value, and only a quoted name may contain what looks like one.
  if (text.includes('\\') || text.startsWith('{"') || text.includes(',"')) {
    for (const [name, value] of Object.entries(parseLabels(text))) {
      const pair = message.begin(field);
      message.string(NAME, name);
      message.string(VALUE, value);
      message.end(pair);
    }
    return;
  }
  for (let at = 1; at < text.length;) {
    const nameEnd = text.indexOf('=', at);
    const valueEnd = text.indexOf('"', nameEnd + 2);
    if (nameEnd < 0 || valueEnd < 0) return;
    const pair = message.begin(field);
    message.string(NAME, text, at, nameEnd);
    message.string(VALUE, text, nameEnd + 2, valueEnd);
    message.end(pair);
    at = valueEnd + 2;
  }
}
