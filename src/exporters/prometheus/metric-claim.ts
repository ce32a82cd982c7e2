import type { AnyFamily } from '../../metrics/source/metrics-source.js';
import { headOf } from './built-in-heads.js';
import type { ExposedType, FamilyHead } from './exposed-family.js';
import { NO_HELP } from './help.messages.js';
import type { NameClaim } from './names.js';
import { fitName } from './names.js';
import { sampleName } from './text-format.js';

type Kind = AnyFamily['kind'];

/** A metric that is to have a name. */
export interface MetricClaim extends NameClaim {
  readonly family: AnyFamily;
  /** For a metric of the monitor itself, whose name is fixed. */
  readonly builtIn: FamilyHead | undefined;
  readonly help: string;
  readonly unit: string | undefined;
  /** Whether it keeps its name, and so comes before those that have to change. */
  readonly isAsGiven: boolean;
}

/** A unit that can stand in a name. */
const UNIT = /^[a-z][a-z0-9_]{0,30}$/i;

/** Suffixes that say that a metric is something else than a gauge. */
const MISLEADING = /_(?:total|bucket|count|sum)$/;

export function claimOf(family: AnyFamily): MetricClaim {
  const { kind, name, description, definition } = family;
  const stem = stemOf(kind, name);
  const unit = unitOf(stem, description.unit);
  const nameWith = (suffix: string) => withUnit(stem, suffix, unit);
  return {
    key: name,
    nameWith,
    needs: (given) => needsOf(kind, given),
    family,
    builtIn: definition && headOf(definition),
    help: description.help?.trim() || NO_HELP(kind, name),
    unit: nameWith('').endsWith(`_${unit}`) ? unit : undefined,
    isAsGiven: sampleName(nameWith(''), kind) === name,
  };
}

/** Those that need no change first, each group in the order of the names. */
export function inRank(a: MetricClaim, b: MetricClaim): number {
  return Number(b.isAsGiven) - Number(a.isAsGiven) || (a.key < b.key ? -1 : 1);
}

/** The head of a metric under the name that it was given. */
export function headFor({ family: { kind }, builtIn, help, unit }: MetricClaim, name: string): FamilyHead {
  const type: ExposedType = kind === 'gauge' && MISLEADING.test(name) ? 'unknown' : kind;
  return builtIn ?? { name, type, help, unit };
}

/** The name beside a gauge of that name for its highest or lowest value. */
export function extremeClaim({ key }: MetricClaim, name: string, extreme: 'min' | 'max'): NameClaim {
  return {
    key: `${key} ${extreme}`,
    nameWith: (suffix) => `${name}${suffix}_${extreme}`,
    needs: (given) => [given],
  };
}

/** All names that belong to a family: no sample and no family of another one may be called so, in either format. */
export function needsOf(type: ExposedType, name: string): string[] {
  if (type === 'counter') return [name, `${name}_total`, `${name}_created`];
  if (type !== 'histogram') return [name];
  return [name, `${name}_bucket`, `${name}_count`, `${name}_sum`, `${name}_created`];
}

/** A counter gets its `_total` at the end of it all. */
function stemOf(kind: Kind, name: string): string {
  const fitted = fitName(name);
  return kind === 'counter' ? fitted.replace(/(.)_total$/, '$1') : fitted;
}

/** What was said to be the unit; without that, the two that Prometheus names by convention. */
function unitOf(stem: string, described: string | undefined): string | undefined {
  if (described !== undefined) return UNIT.test(described) ? described : undefined;
  return /_(seconds|bytes)$/.exec(stem)?.[1];
}

/** By convention, and in OpenMetrics by rule, a name ends with its unit; one that stands in it already is not added. */
function withUnit(stem: string, suffix: string, unit: string | undefined): string {
  if (unit === undefined) return stem + suffix;
  if (stem.endsWith(`_${unit}`)) return `${stem.slice(0, -unit.length - 1)}${suffix}_${unit}`;
  return `_${stem}_`.includes(`_${unit}_`) ? stem + suffix : `${stem}${suffix}_${unit}`;
}
