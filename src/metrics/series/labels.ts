/** The value of a label. Numbers and booleans are converted to text. */
export type LabelValue = string | number | boolean;

/**
 * The labels of a series, such as `{ method: 'GET', status: 200 }`, in any order. A label that is `undefined` counts as
 * missing. `overflow="true"` is reserved for the monitor.
 */
export type Labels = Readonly<Record<string, LabelValue | undefined>>;

/** Labels without `undefined`. */
export type KnownLabels = Readonly<Record<string, LabelValue>>;

/** The longest name and the longest value of a label, in UTF-16 units. */
export const MAX_LABEL_LENGTH = 200;

/** The most labels that a sample may have. */
export const MAX_LABELS = 16;

/** The labels of the series for samples beyond the limit. */
export const OVERFLOW_LABELS: KnownLabels = { overflow: 'true' };

const BARE_NAME = /^[\w.:/-]+$/;
const ESCAPES: Record<string, string> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };

/**
 * A copy of the given labels, which getters and later changes do not affect.
 *
 * @returns `undefined` for invalid labels: too many, an empty name, a name or value that is too long, or a value of
 * another type.
 */
export function copyLabels(given: unknown): KnownLabels | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
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
 * The canonical text of labels, such as `{method="GET",status="200"}`, with the names sorted; empty without labels.
 *
 * Different labels have different texts. Values are quoted, with `\`, `"` and line feeds escaped as in the Prometheus
 * text format. Names with other characters than letters, digits and `_.:/-` are quoted like values.
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
  // Joined at once: V8 stores a string that was appended to as a tree, which takes twice the memory.
  return [...parts, '}'].join('');
}

function nameText(name: string): string {
  return BARE_NAME.test(name) ? name : quote(name);
}

function quote(text: string): string {
  return `"${text.replace(/[\\"\n]/g, (character) => ESCAPES[character] ?? '')}"`;
}
