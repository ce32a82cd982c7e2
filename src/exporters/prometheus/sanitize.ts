/** Colons are valid in the name of a metric, but by convention only in that of a recording rule. */
const INVALID_IN_NAME = /[^a-zA-Z0-9_]/g;

/** Labels that Prometheus uses itself: those of buckets and quantiles, and all that begin with two underscores. */
const RESERVED_LABEL = /^(?:le$|quantile$|__)/;

/** Values that {@link sanitizeValue} changes, in the canonical text of labels. */
const INVALID_VALUE = /="(?:\\")*"(?=[,}])|[\0\ufffd]|\p{Surrogate}/u;

/** A valid name: each invalid character becomes an underscore. */
export function sanitizeName(name: string): string {
  const valid = name.replace(INVALID_IN_NAME, '_');
  return /^\d/.test(valid) ? `_${valid}` : valid;
}

/** A valid name of a label. A reserved one gets the prefix that Prometheus gives to conflicting labels. */
export function sanitizeLabelName(name: string): string {
  const valid = sanitizeName(name);
  return RESERVED_LABEL.test(valid) ? `exported_${valid}` : valid;
}

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
