import { sanitizeText } from './sanitize.js';

/** Which characters are kept in names. */
export interface Naming {
  /** A name of a metric or a label, with the characters that are not kept replaced. */
  valid(name: string): string;
  /**
   * Names of labels that, once escaped, are reserved by Prometheus: those of buckets and quantiles, and all that begin with
   * two underscores.
   */
  readonly reservedLabel: RegExp;
}

/** Without colons: they are valid in the name of a metric, but by convention only in that of a recording rule. */
const [LEGACY, DOTTED] = [/[^a-zA-Z0-9_]/g, /[^a-zA-Z0-9_.]/g] as const;

const RESERVED_LABEL = /^(?:le$|quantile$|__)/;

/** The names that every version of Prometheus reads. All other characters become underscores. */
export const LEGACY_NAMING: Naming = {
  valid: (name) => replaced(name, LEGACY),
  reservedLabel: RESERVED_LABEL,
};

/** Legacy names with dots. An underscore is escaped as two. */
export const DOTTED_NAMING: Naming = {
  valid: (name) => replaced(name, DOTTED),
  reservedLabel: /^(?:le$|quantile$|_)/,
};

/** Any text, which Prometheus reads since version 3. */
export const UTF8_NAMING: Naming = {
  valid: (name) => sanitizeText(name),
  reservedLabel: RESERVED_LABEL,
};

/** Any text that does not look like an escaped name. */
export const UNESCAPED_NAMING: Naming = {
  valid: (name) => sanitizeText(name).replace(/^U__/, 'U_'),
  reservedLabel: RESERVED_LABEL,
};

/** A valid name of a label. A reserved one gets the prefix that Prometheus gives to conflicting labels. */
export function validLabelName(name: string, naming: Naming): string {
  const valid = naming.valid(name);
  return naming.reservedLabel.test(valid) ? `exported_${valid}` : valid;
}

/** Whether every version of Prometheus reads a name, for a metric as well as for a label. */
export function isLegacyName(name: string): boolean {
  return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name);
}

/** The same for a metric, whose name may also have colons. */
export function isLegacyMetricName(name: string): boolean {
  return /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name);
}

function replaced(name: string, invalid: RegExp): string {
  const valid = name.replace(invalid, '_');
  return /^\d/.test(valid) ? `_${valid}` : valid;
}
