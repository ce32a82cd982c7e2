import type { CallSiteFields } from './stack-expression.js';

/** The longest of what may be before the name of a function, and before its parameters. */
const LONGEST_HEADER = 'async function* '.length;

/**
 * Whether a function had just been entered, where V8 says that it is at its parameters.
 *
 * V8 interrupts code where it enters a function and where a loop begins anew. At the entry, what took the time was the
 * caller, or what that called before: one `JSON.parse`, followed by the call of a function that does next to nothing.
 *
 * @param text the line of the source, if it is known.
 */
export function isAtEntry(site: CallSiteFields, text: string | undefined): boolean {
  const [name, , , line, column, enclosingLine, enclosingColumn] = site;
  if (line === null || column === null || line !== enclosingLine || column < enclosingColumn) return false;
  // All of what is before the parameters: `async function name`, `static name`, or nothing.
  if (text !== undefined) return !/[({;=]/.test(text.slice(enclosingColumn - 1, column - 1));
  return column - enclosingColumn <= LONGEST_HEADER + (name ?? '').length;
}
