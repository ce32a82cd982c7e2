import type { Aggregate } from './definitions/metric-definition.js';
import { ClassicBuckets } from './histogram/classic-buckets.js';
import {
  BAD_AGGREGATE,
  BAD_BUCKETS,
  BAD_TEXT,
  NO_DESCRIPTION,
  UNREADABLE_DESCRIPTION,
} from './registry.messages.js';

/** Metadata of a metric, see `MonitorService.describe()`. */
export interface Description {
  /** What is measured, in one sentence of at most 1000 characters. Exporters send it as the help text. */
  help?: string | undefined;
  /** The unit of the values, such as `seconds` or `bytes`. At most 1000 characters. */
  unit?: string | undefined;
  /**
   * Upper bounds (`le`) of classic buckets, 1 to 200 ascending numbers. They are counted exactly, in addition to the
   * exponential buckets. Give them before the first sample or handle of the metric: earlier samples would be missing in them.
   */
  buckets?: readonly number[] | undefined;
  /**
   * How the values of a gauge are aggregated when several processes are read together. Default: `sum`. Counters and
   * histograms always add up.
   */
  aggregate?: Aggregate | undefined;
}

const KEYS: readonly string[] = ['help', 'unit', 'buckets', 'aggregate'];
const AGGREGATES: readonly unknown[] = [undefined, 'sum', 'max', 'min', 'process'];
const MAX_TEXT_LENGTH = 1000;
const MAX_BUCKETS = 200;

/** The result of {@link checkDescription}. */
export interface CheckedDescription {
  /** A copy with the known keys that were given. */
  readonly description?: Description;
  /** The rule that the description breaks. `description` is missing then. */
  readonly problem?: string;
  /** Unknown keys. */
  readonly unknown: readonly string[];
}

/** Checks and copies a description, which can be any value. */
export function checkDescription(given: unknown): CheckedDescription {
  if (typeof given !== 'object' || given === null) return broken(NO_DESCRIPTION);
  try {
    const { help, unit, buckets, aggregate } = given as Record<string, unknown>;
    if (!isText(help)) return broken(BAD_TEXT('help', help));
    if (!isText(unit)) return broken(BAD_TEXT('unit', unit));
    const bounds: unknown = Array.isArray(buckets) ? [...(buckets as unknown[])] : buckets;
    if (!areBuckets(bounds)) return broken(BAD_BUCKETS(buckets));
    if (!isAggregate(aggregate)) return broken(BAD_AGGREGATE(aggregate));
    return {
      description: {
        ...(help !== undefined && { help }),
        ...(unit !== undefined && { unit }),
        ...(bounds && { buckets: bounds }),
        ...(aggregate !== undefined && { aggregate }),
      },
      unknown: Object.keys(given).filter((key) => !KEYS.includes(key)),
    };
  } catch (thrown) {
    // A getter threw.
    return broken(UNREADABLE_DESCRIPTION(thrown));
  }
}

function broken(problem: string): CheckedDescription {
  return { problem, unknown: [] };
}

function isText(value: unknown): value is string | undefined {
  return value === undefined || (typeof value === 'string' && value.length <= MAX_TEXT_LENGTH);
}

function areBuckets(value: unknown): value is readonly number[] | undefined {
  if (value === undefined) return true;
  return ClassicBuckets.accepts(value) && value.length > 0 && value.length <= MAX_BUCKETS;
}

function isAggregate(value: unknown): value is Aggregate | undefined {
  return AGGREGATES.includes(value);
}
