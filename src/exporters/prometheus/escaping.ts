import type { Naming } from './naming.js';
import {
  DOTTED_NAMING,
  isLegacyMetricName,
  isLegacyName,
  LEGACY_NAMING,
  UNESCAPED_NAMING,
  UTF8_NAMING,
} from './naming.js';
import { escapeQuoted } from './sanitize.js';

/**
 * How names that not every version of Prometheus reads are written: one for each value of the parameter `escaping` in an `Accept`
 * header, as `model.EscapeName()` in Prometheus' library for Go.
 */
export interface Escaping {
  readonly name: EscapingName;
  readonly naming: Naming;
  /** Escapes the name of a sample or a label. */
  readonly escape: (name: string) => string;
}

export type EscapingName = 'underscores' | 'dots' | 'values' | 'allow-utf-8';

/** The default: invalid characters become underscores. Names that are then equal get different suffixes. */
export const UNDERSCORES: Escaping = {
  name: 'underscores',
  naming: LEGACY_NAMING,
  escape: (name) => name,
};

const DOTS: Escaping = {
  name: 'dots',
  naming: DOTTED_NAMING,
  escape: (name) => name.replace(/_/g, '__').replace(/\./g, '_dot_'),
};

const VALUES: Escaping = {
  name: 'values',
  naming: UNESCAPED_NAMING,
  escape: (name) => (isLegacyMetricName(name) ? name : `U__${Array.from(name, escapedCharacter).join('')}`),
};

const ALLOW_UTF_8: Escaping = { name: 'allow-utf-8', naming: UTF8_NAMING, escape: (name) => name };

/** The escaping of that name; `undefined` if there is none. */
export function escapingNamed(name: string | undefined): Escaping | undefined {
  return [UNDERSCORES, DOTS, VALUES, ALLOW_UTF_8].find((escaping) => escaping.name === name);
}

/** The name of a metric in a header line or among the labels, quoted unless it is a legacy name. */
export function metricNameText(name: string): string {
  return isLegacyMetricName(name) ? name : `"${escapeQuoted(name)}"`;
}

/** The name of a label before its value, quoted unless it is a legacy name. */
export function labelNameText(name: string): string {
  return isLegacyName(name) ? name : `"${escapeQuoted(name)}"`;
}

function escapedCharacter(character: string, at: number): string {
  if (character === '_') return '__';
  const isValid = at === 0 ? /[a-zA-Z:]/ : /[a-zA-Z0-9:]/;
  return isValid.test(character) ? character : `_${character.codePointAt(0)?.toString(16)}_`;
}
