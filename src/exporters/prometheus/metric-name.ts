import type { AnyFamily } from '../../metrics/source/metrics-source.js';
import { metadataOf } from './built-in-metadata.js';
import type { ExposedType, FamilyMetadata } from './exposition-family.js';
import { NO_HELP } from './help.messages.js';
import type { NameRequest } from './name-allocator.js';
import type { Naming } from './naming.js';
import { sampleName } from './exposition-family.js';

type Kind = AnyFamily['kind'];

/** A metric that needs a name. */
export interface MetricNameRequest extends NameRequest {
  readonly family: AnyFamily;
  /** For a metric of the monitor itself, whose name is fixed. */
  readonly builtIn: FamilyMetadata | undefined;
  readonly help: string;
  readonly unit: string | undefined;
  /** Whether its own name is valid in Prometheus. Such metrics are named before those whose names have to change. */
  readonly isValid: boolean;
}

/** A unit that is valid in a name. */
const UNIT = /^[a-z][a-z0-9_]{0,30}$/i;

/** Suffixes that a gauge must not have: they belong to the samples of other types. */
const SUFFIX_OF_OTHER_TYPE = /_(?:total|bucket|count|sum)$/;

export function nameRequestOf(family: AnyFamily, naming: Naming): MetricNameRequest {
  const { kind, name, description, definition } = family;
  const base = baseNameOf(kind, naming.valid(name));
  const unit = unitOf(base, description.unit);
  const nameWith = (suffix: string) => withUnit(base, suffix, unit);
  return {
    key: name,
    nameWith,
    reserves: (given) => namesOf(kind, given),
    family,
    builtIn: definition && metadataOf(definition),
    help: description.help?.trim() || NO_HELP(kind, name),
    unit: nameWith('').endsWith(`_${unit}`) ? unit : undefined,
    isValid: sampleName(nameWith(''), kind) === name,
  };
}

/** The order in which metrics are named: valid names first, each group in alphabetical order. */
export function byPriority(a: MetricNameRequest, b: MetricNameRequest): number {
  return Number(b.isValid) - Number(a.isValid) || (a.key < b.key ? -1 : 1);
}

/** The metadata of a metric under the name that was allocated. */
export function metadataFor(
  { family: { kind }, builtIn, help, unit }: MetricNameRequest,
  name: string,
): FamilyMetadata {
  const type: ExposedType = kind === 'gauge' && SUFFIX_OF_OTHER_TYPE.test(name) ? 'unknown' : kind;
  return builtIn ?? { name, type, help, unit };
}

/** The request for the gauge with the highest or lowest value of the gauge `name`. */
export function extremeNameRequest(
  { key }: MetricNameRequest,
  name: string,
  extreme: 'min' | 'max',
): NameRequest {
  return {
    key: `${key} ${extreme}`,
    nameWith: (suffix) => `${name}${suffix}_${extreme}`,
    reserves: (given) => [given],
  };
}

/** All names of a family and its samples in either text format. No other family may use them. */
export function namesOf(type: ExposedType, name: string): string[] {
  if (type === 'counter') return [name, `${name}_total`, `${name}_created`];
  if (type !== 'histogram') return [name];
  return [name, `${name}_bucket`, `${name}_count`, `${name}_sum`, `${name}_created`];
}

/** The name without the `_total` of a counter, which is appended after the unit. */
function baseNameOf(kind: Kind, valid: string): string {
  return kind === 'counter' ? valid.replace(/(.)_total$/, '$1') : valid;
}

/** The unit in the description; without one, the base unit that the name ends with. */
function unitOf(base: string, described: string | undefined): string | undefined {
  if (described !== undefined) return UNIT.test(described) ? described : undefined;
  return /_(seconds|bytes)$/.exec(base)?.[1];
}

/** A name ends with its unit: by convention in Prometheus, by rule in OpenMetrics. A unit inside the name is not repeated. */
function withUnit(base: string, suffix: string, unit: string | undefined): string {
  if (unit === undefined) return base + suffix;
  if (base.endsWith(`_${unit}`)) return `${base.slice(0, -unit.length - 1)}${suffix}_${unit}`;
  return `_${base}_`.includes(`_${unit}_`) ? base + suffix : `${base}${suffix}_${unit}`;
}
