import type { Sliced } from '../common/slices.js';
import type { HistoryDocument } from './history-document.js';

/** Columns in one time slice, of about 300 numbers each. */
const AT_ONCE = 8;

/** The document as JSON text, in pieces. */
export function* historyJson({ tiers, ...head }: HistoryDocument): Sliced<string[]> {
  const pieces = [`${JSON.stringify(head).slice(0, -1)},"tiers":[`];
  for (const [at, { columns, heat, ...steps }] of tiers.entries()) {
    pieces.push(`${at === 0 ? '' : ','}${JSON.stringify(steps).slice(0, -1)},"columns":[`);
    for (let start = 0; start < columns.length; start += AT_ONCE) {
      const texts = columns.slice(start, start + AT_ONCE).map((column) => JSON.stringify(column));
      pieces.push((start === 0 ? '' : ',') + texts.join(','));
      yield;
    }
    pieces.push(heat === undefined ? ']}' : `],"heat":${JSON.stringify(heat)}}`);
    yield;
  }
  pieces.push(']}');
  return pieces;
}
