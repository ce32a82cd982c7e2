import { ClassicBuckets } from './histogram/classic-buckets.js';

/** What can be said of a metric, for those who look at it. */
export interface Description {
  /** One sentence that says what is measured. */
  help?: string | undefined;
  /** The unit of its values, such as `seconds` or `bytes`. */
  unit?: string | undefined;
  /**
   * Upper bounds (`le`) of classic buckets, ascending, which a histogram counts exactly beside its own. For a
   * reader that expects these very bounds. They are for a metric that does not exist yet: the samples before would
   * be missing in them.
   */
  buckets?: readonly number[] | undefined;
}

const MAX_TEXT_LENGTH = 1000;
const MAX_BUCKETS = 200;

/**
 * A copy of what was given as a description, with what is said in it and nothing else.
 *
 * @returns `undefined` if it cannot describe a metric.
 */
export function copyDescription(given: unknown): Description | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  try {
    const { help, unit, buckets } = given as Record<string, unknown>;
    if (!isText(help) || !isText(unit)) return undefined;
    const bounds: unknown = Array.isArray(buckets) ? [...(buckets as unknown[])] : buckets;
    if (!areBuckets(bounds)) return undefined;
    return {
      ...(help !== undefined && { help }),
      ...(unit !== undefined && { unit }),
      ...(bounds && { buckets: bounds }),
    };
  } catch {
    // An object whose properties throw.
    return undefined;
  }
}

function isText(value: unknown): value is string | undefined {
  return value === undefined || (typeof value === 'string' && value.length <= MAX_TEXT_LENGTH);
}

function areBuckets(value: unknown): value is readonly number[] | undefined {
  if (value === undefined) return true;
  return ClassicBuckets.accepts(value) && value.length > 0 && value.length <= MAX_BUCKETS;
}
