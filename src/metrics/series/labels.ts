/** What a label may be set to. Numbers and booleans stand for the text that they are written as. */
export type LabelValue = string | number | boolean;

/** Tells the series of one metric apart, such as `{ method: 'GET', status: 200 }`. The order does not matter, and a
 * label that is `undefined` is one that is not there. `overflow="true"` is the monitor's own. */
export type Labels = Readonly<Record<string, LabelValue | undefined>>;

/** Labels as they are kept: none of them is undefined. */
export type KnownLabels = Readonly<Record<string, LabelValue>>;

/** The longest name and the longest value of a label, in UTF-16 units. */
export const MAX_LABEL_LENGTH = 200;

/** The most labels that a sample may have. */
export const MAX_LABELS = 16;

/** The labels of the series that takes the samples for which there was no room. */
export const OVERFLOW_LABELS: KnownLabels = { overflow: 'true' };

const BARE_NAME = /^[\w.:/-]+$/;
const ESCAPES: Record<string, string> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };

/**
 * A copy of what was given as labels, which says the same whenever it is read.
 *
 * @returns `undefined` if they cannot be the labels of a sample: too many, a name that is empty, or a name or value
 * that is too long, or a value of another type.
 */
export function copyLabels(given: unknown): KnownLabels | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  // As in JSON, a property that is undefined is one that is not there.
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  const ok = entries.length <= MAX_LABELS && entries.every(([name, value]) => isName(name) && isValue(value));
  return ok ? (Object.fromEntries(entries) as KnownLabels) : undefined;
}

function isName(name: string): boolean {
  return name.length > 0 && name.length <= MAX_LABEL_LENGTH;
}

function isValue(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= MAX_LABEL_LENGTH;
  return typeof value === 'number' || typeof value === 'boolean';
}

/**
 * The canonical text of some labels, such as `{method="GET",status="200"}`, with the names sorted. The empty text
 * for no labels.
 *
 * No two label sets have the same text. Values are quoted, with `\`, `"` and line feeds escaped as in the
 * Prometheus text format; a name that could be mistaken for something else is quoted like a value.
 */
export function labelsText(labels: KnownLabels): string {
  const names = Object.keys(labels).sort();
  if (names.length === 0) return '';
  const parts = names.flatMap((name, i) => [
    i === 0 ? '{' : ',',
    nameText(name),
    '=',
    quote(String(labels[name])),
  ]);
  // Put together at once: V8 keeps a text that grew piece by piece as a tree of its pieces, at twice the memory.
  return [...parts, '}'].join('');
}

function nameText(name: string): string {
  return BARE_NAME.test(name) ? name : quote(name);
}

function quote(text: string): string {
  return `"${text.replace(/[\\"\n]/g, (character) => ESCAPES[character])}"`;
}
