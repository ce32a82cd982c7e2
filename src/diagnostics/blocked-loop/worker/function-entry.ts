import type { CallSiteFields } from './stack-expression.js';

/** Length of the longest text that can precede the name of a function. */
const LONGEST_HEADER = 'async function* '.length;

/**
 * Whether a function had just been entered. V8 then reports the position of its parameters.
 *
 * V8 interrupts code at the entry of a function and at each new iteration of a loop. At an entry, the time was spent in the
 * caller, or in what it had called before: such as a `JSON.parse` that is followed by the call of a function that does almost
 * nothing.
 *
 * @param text the line of the source, if it is known.
 */
export function isAtEntry(site: CallSiteFields, text: string | undefined): boolean {
  const [name, , , line, column, enclosingLine, enclosingColumn] = site;
  if (line === null || column === null || line !== enclosingLine || column < enclosingColumn) return false;
  // The text before the parameters: `async function name`, `static name`, or nothing.
  if (text !== undefined) return !/[({;=]/.test(text.slice(enclosingColumn - 1, column - 1));
  return column - enclosingColumn <= LONGEST_HEADER + (name ?? '').length;
}
