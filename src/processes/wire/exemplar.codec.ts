import type { Exemplar } from '../../metrics/histogram/exemplar.js';
import { copyExemplar } from '../../metrics/histogram/exemplar.js';
import type { ExemplarLine } from './lines.js';
import { WireError } from './lines.js';

/** The most exemplars of a histogram: one for each of at most 200 classic buckets, and one above them. */
const MAX_EXEMPLARS = 201;

/** The exemplars of a histogram as they are sent. */
export function encodeExemplars(exemplars: Iterable<Exemplar>): ExemplarLine[] {
  return Array.from(exemplars, ({ labels, value, time }): ExemplarLine => [labels, value, time]);
}

/** @throws WireError for anything that {@link encodeExemplars} does not make. */
export function decodeExemplars(lines: unknown): Exemplar[] | undefined {
  if (lines === undefined) return undefined;
  if (!Array.isArray(lines) || lines.length > MAX_EXEMPLARS) throw new WireError('not exemplars');
  return (lines as unknown[]).map((line) => {
    const [given, value, time] = Array.isArray(line) ? (line as unknown[]) : [];
    const labels = copyExemplar(given);
    if (labels === undefined || !isNumber(value) || !isNumber(time) || time < 0) {
      throw new WireError('not an exemplar');
    }
    return { labels, value, time };
  });
}

function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}
