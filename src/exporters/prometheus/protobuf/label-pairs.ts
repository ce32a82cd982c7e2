import { parseLabels } from '../../../metrics/series/parse-series-name.js';
import type { MessageBuffer } from './message-buffer.js';

const [NAME, VALUE] = [1, 2] as const;
const [QUOTE, EQUALS] = [0x22, 0x3d] as const;

/**
 * Writes `LabelPair` messages.
 *
 * @param text the labels as in the text formats. Nearly always they are copied without parsing: parsing them into an object
 * takes longer than everything else that is written for a number.
 */
export function writeLabels(message: MessageBuffer, field: number, text: string): void {
  const { length } = message;
  if (copyLabels(message, field, text)) return;
  message.truncate(length);
  for (const [name, value] of Object.entries(parseLabels(text))) {
    const pair = message.begin(field);
    message.string(NAME, name);
    message.string(VALUE, value);
    message.end(pair);
  }
}

/** @returns whether all labels could be written without parsing: without quoted names, escapes and long texts. */
function copyLabels(message: MessageBuffer, field: number, text: string): boolean {
  for (let at = 1; at < text.length;) {
    const pair = message.begin(field);
    const nameEnd = text.charCodeAt(at) === QUOTE ? undefined : message.shortPart(NAME, text, at, EQUALS);
    if (nameEnd === undefined) return false;
    const valueEnd = message.shortPart(VALUE, text, nameEnd + 2, QUOTE);
    if (valueEnd === undefined) return false;
    message.end(pair);
    at = valueEnd + 2;
  }
  return true;
}
