/** Values that {@link sanitizeValue} changes, in the canonical text of labels. */
const INVALID_VALUE = /="(?:\\")*"(?=[,}])|[\0\ufffd]|\p{Surrogate}/u;

/** Whether all values in the canonical text of labels can be written as they are. */
export function hasValidValues(labels: string): boolean {
  return !INVALID_VALUE.test(labels);
}

/**
 * The value of a label, such that different values stay different: Prometheus drops a label with an empty value, ends
 * the text at a NUL, and replaces lone surrogates.
 */
export function sanitizeValue(value: string): string {
  if (/^"*$/.test(value)) return `${value}""`;
  return sanitizeText(value, /[\0\ufffd]|\p{Surrogate}/gu);
}

/** A text with the characters that cannot be sent written as U+FFFD and their code. */
export function sanitizeText(text: string, invalid = /\0|\p{Surrogate}/gu): string {
  return text.replace(invalid, (one) => `\ufffd${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Escapes a text that is written in quotes. */
export function escapeQuoted(text: string): string {
  return text.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));
}
