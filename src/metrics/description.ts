import { ClassicBuckets } from './histogram/classic-buckets.js';

/** What can be said of a metric, for those who look at it. */
export interface Description {
  /** One sentence that says what is measured. */
  help?: string;
  /** The unit of its values, such as `seconds` or `bytes`. */
  unit?: string;
  /**
   * Upper bounds (`le`) of classic buckets, ascending, which a histogram counts exactly beside its own. For a
   * reader that expects these very bounds. They are for a metric that
   * has no sample yet: the ones before would be missing in them.
   */
  buckets?: readonly number[];
}

const MAX_TEXT_LENGTH = 1000;
const MAX_BUCKETS = 200;

/** Whether this can describe a metric. */
export function isDescription(value: unknown): value is Description {
  if (typeof value !== 'object' || value === null) return false;
  const { help, unit, buckets } = value as Record<string, unknown>;
  return isText(help) && isText(unit) && areBuckets(buckets);
}

function isText(value: unknown): boolean {
  return value === undefined || (typeof value === 'string' && value.length <= MAX_TEXT_LENGTH);
}

function areBuckets(value: unknown): boolean {
  if (value === undefined) return true;
  return ClassicBuckets.accepts(value) && value.length > 0 && value.length <= MAX_BUCKETS;
}
