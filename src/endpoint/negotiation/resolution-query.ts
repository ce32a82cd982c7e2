import type { Resolution } from '../../exporters/prometheus/protobuf/native-histogram.js';
import { FULL_RESOLUTION, MIN_SCHEMA } from '../../exporters/prometheus/protobuf/native-histogram.js';
import type { RequestTarget } from './request-target.js';

/** The fewest and the most native buckets that a scrape can ask for. */
const [MIN_BUCKETS, MAX_BUCKETS] = [10, 100_000];

/**
 * The resolution of native histograms that a scrape asks for by `?schema=` and `?buckets=`, as in `params` of its
 * configuration.
 *
 * @returns `undefined` for a number that is not allowed.
 */
export function resolutionIn({ query }: RequestTarget): Resolution | undefined {
  const schema = wholeNumberIn(query.get('schema'), FULL_RESOLUTION.schema);
  const buckets = wholeNumberIn(query.get('buckets'), FULL_RESOLUTION.buckets);
  const isAllowed =
    schema >= MIN_SCHEMA &&
    schema <= FULL_RESOLUTION.schema &&
    buckets >= MIN_BUCKETS &&
    buckets <= MAX_BUCKETS;
  return isAllowed ? { schema, buckets } : undefined;
}

function wholeNumberIn(text: string | null, byDefault: number): number {
  if (text === null) return byDefault;
  return /^-?\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
}
