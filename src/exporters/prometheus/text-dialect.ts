import type { Exemplar } from '../../metrics/histogram/exemplar.js';
import type { ClassicHistogram } from './classic-histogram.js';
import { metricNameText } from './escaping.js';
import type { FamilyMetadata } from './exposition-family.js';
import { sampleName } from './exposition-family.js';
import { escapeQuoted, sanitizeText } from './sanitize.js';

/** How one of the text formats of Prometheus is written. */
export interface TextDialect {
  /** The lines at the beginning of a family. */
  header(family: FamilyMetadata): string;
  /** The value of the label `le`. */
  bound(bound: number): string;
  /** Whether a histogram has `_sum` and `_count`. */
  hasSum(histogram: ClassicHistogram): boolean;
  /** The text after the count of a bucket that has an exemplar. Missing in a format without exemplars. */
  exemplar?(exemplar: Exemplar): string;
}

/** The text format 0.0.4, which everything that supports Prometheus can read. */
export const TEXT_DIALECT: TextDialect = {
  header: ({ name, type, help }) => {
    const full = metricNameText(sampleName(name, type));
    const text = sanitizeText(help).replace(/[\\\n]/g, (character) => (character === '\n' ? '\\n' : '\\\\'));
    return `# HELP ${full} ${text}\n# TYPE ${full} ${type === 'unknown' ? 'untyped' : type}\n`;
  },
  bound: String,
  hasSum: () => true,
};

/** OpenMetrics 1.0, which Prometheus prefers to the text format. */
export const OPEN_METRICS_DIALECT: TextDialect = {
  header: ({ name: unquoted, type, help, unit }) => {
    const name = metricNameText(unquoted);
    const unitLine = unit === undefined ? '' : `# UNIT ${name} ${unit}\n`;
    return `# TYPE ${name} ${type}\n${unitLine}# HELP ${name} ${escapeQuoted(sanitizeText(help))}\n`;
  },
  // OpenMetrics requires "canonical numbers" in `le`, because the text of a bound identifies the series.
  bound: (bound) => (Number.isInteger(bound) && Math.abs(bound) < 1e21 ? `${bound}.0` : String(bound)),
  // In OpenMetrics a sum must not go down, and a histogram has both sum and count or neither.
  hasSum: ({ hasNegative }) => !hasNegative,
  exemplar: ({ labels, value, time }) => {
    const texts = Object.entries(labels).map(([name, of]) => `${name}="${escapeQuoted(of)}"`);
    return ` # {${texts.join(',')}} ${value} ${time / 1000}`;
  },
};
