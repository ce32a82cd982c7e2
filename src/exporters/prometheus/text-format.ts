import type { BucketFigures } from './bucket-layout.js';
import type { ExposedType, FamilyHead } from './exposed-family.js';
import { escapeValue, fitText } from './family-labels.js';

/** One of the formats that Prometheus reads. */
export interface TextFormat {
  readonly contentType: string;
  /** The lines that a family begins with. */
  head(family: FamilyHead): string;
  /** What a bound is written as. */
  bound(bound: number): string;
  /** Whether a histogram has the lines of its sum and count. */
  hasSum(figures: BucketFigures): boolean;
  /** What ends the text. */
  readonly end: string;
}

/** The text format 0.0.4, which everything reads that knows Prometheus. */
export const TEXT: TextFormat = {
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
  head: ({ name, type, help }) => {
    const full = sampleName(name, type);
    const text = fitText(help).replace(/[\\\n]/g, (character) => (character === '\n' ? '\\n' : '\\\\'));
    return `# HELP ${full} ${text}\n# TYPE ${full} ${type === 'unknown' ? 'untyped' : type}\n`;
  },
  bound: String,
  hasSum: () => true,
  end: '',
};

/** OpenMetrics 1.0, which Prometheus asks for first. */
export const OPEN_METRICS: TextFormat = {
  contentType: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  head: ({ name, type, help, unit }) => {
    const unitLine = unit === undefined ? '' : `# UNIT ${name} ${unit}\n`;
    return `# TYPE ${name} ${type}\n${unitLine}# HELP ${name} ${escapeValue(fitText(help))}\n`;
  },
  // "Canonical numbers": a bound is part of what tells series apart, so there is one way to write it.
  bound: (bound) => (Number.isInteger(bound) && Math.abs(bound) < 1e21 ? `${bound}.0` : String(bound)),
  // A sum is a counter there, and a histogram has both of them or neither.
  hasSum: ({ hasNegative }) => !hasNegative,
  end: '# EOF\n',
};

/** What the samples of a family are called that is no histogram. */
export function sampleName(name: string, type: ExposedType): string {
  return type === 'counter' ? `${name}_total` : name;
}
