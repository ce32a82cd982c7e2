import type { Rule, Rules } from '../common/options/option-rules.js';
import type { ExportNames } from './export-names.js';
import type { MetricPattern } from './metric-filter.js';
import type { LabelValue } from './series/labels.js';
import { MAX_LABEL_LENGTH, MAX_LABELS } from './series/labels.js';

/** Which metrics are kept, and how they are exported. */
export interface MetricsOptions {
  /**
   * Labels of every exported series, such as `{ service: 'shop', version: '1.2.3' }`: at most 16, with names of letters, digits and `_`.
   * A label of the same name that a series has itself takes precedence. The JSON document does not have these labels. Default: none.
   */
  labels?: Readonly<Record<string, LabelValue>> | undefined;
  /**
   * The prefix of the name of every exported metric, such as `shop_`: at most 100 letters, digits and `_`. Names in the JSON
   * document have no prefix. Default: none.
   */
  prefix?: string | undefined;
  /** Which metrics are kept. */
  metrics?: KeptMetrics | undefined;
}

export interface KeptMetrics {
  /**
   * Metrics that are not kept, by their name in the document: a name such as `gc_duration`, a prefix such as `heap_space_*`, or a
   * regular expression. They have no series, and their samples are dropped without a warning. Default: `['heap_space_*']`, since
   * these would be a third of all lines; your own list replaces it.
   */
  exclude?: readonly MetricPattern[] | undefined;
}

/** {@link MetricsOptions} with their defaults. */
export interface ResolvedMetricsOptions {
  readonly exportNames: ExportNames;
  readonly exclude: readonly MetricPattern[];
}

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]{0,199}$/;
/** Labels that have a meaning for Prometheus or the monitor. */
const RESERVED_LABEL = /^(?:le|quantile|overflow|__.*)$/;

const MAX_PATTERNS = 1000;

export const METRICS_RULES: Record<keyof MetricsOptions, Rule | Rules> = {
  labels: {
    allowed: `an object of at most ${MAX_LABELS} texts of 1 to ${MAX_LABEL_LENGTH} characters, numbers or booleans; names have letters, digits and _, and are not le, quantile, overflow or __*`,
    accepts: areLabels,
  },
  prefix: {
    allowed: 'a text of at most 100 letters, digits and _, the first of which is no digit',
    accepts: (value) => typeof value === 'string' && /^(?:[a-zA-Z_][a-zA-Z0-9_]{0,99})?$/.test(value),
  },
  metrics: {
    exclude: {
      allowed: `an array of at most ${MAX_PATTERNS} names, such as "gc_duration" or "heap_space_*", and regular expressions`,
      accepts: arePatterns,
    },
  },
};

/** @param options accepted by {@link METRICS_RULES}. */
export function resolveMetricsOptions({
  labels = {},
  prefix = '',
  metrics: { exclude = ['heap_space_*'] } = {},
}: MetricsOptions): ResolvedMetricsOptions {
  const texts = Object.entries(labels).map(([name, value]): [string, string] => [name, String(value)]);
  return {
    exportNames: Object.freeze({ prefix, labels: Object.freeze(Object.fromEntries(texts)) }),
    exclude: Object.freeze([...exclude]),
  };
}

function areLabels(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  return (
    entries.length <= MAX_LABELS && entries.every(([name, one]) => isLabelName(name) && isLabelValue(one))
  );
}

function isLabelName(name: string): boolean {
  return LABEL_NAME.test(name) && !RESERVED_LABEL.test(name);
}

function isLabelValue(value: unknown): boolean {
  if (typeof value === 'string') return value.length > 0 && value.length <= MAX_LABEL_LENGTH;
  return typeof value === 'boolean' || Number.isFinite(value);
}

function arePatterns(value: unknown): boolean {
  if (!Array.isArray(value) || value.length > MAX_PATTERNS) return false;
  return value.every(
    (one) => one instanceof RegExp || (typeof one === 'string' && one.length > 0 && one.length <= 200),
  );
}
