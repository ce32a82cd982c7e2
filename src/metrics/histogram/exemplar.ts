/**
 * The labels of an exemplar, such as `trace_id` and `span_id`. Names have letters, digits and `_`; names and values together have
 * at most 128 characters, as OpenMetrics requires.
 */
export type ExemplarLabels = Readonly<Record<string, string>>;

/** Options for one value of a histogram. */
export interface ObserveOptions {
  /**
   * Where the value comes from. The latest exemplar of each bucket is exported with the bucket, in OpenMetrics and protobuf. Give
   * it only for a trace that is sampled, since other traces cannot be found. Default: none.
   */
  exemplar?: ExemplarLabels | undefined;
}

/** One recorded value and where it comes from. */
export interface Exemplar {
  readonly labels: ExemplarLabels;
  readonly value: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** Characters (code points) of all names and values. */
const MAX_EXEMPLAR_LENGTH = 128;
const NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
/** Characters that no format can represent: NUL and lone surrogates. */
const NO_TEXT = /\0|\p{Surrogate}/u;

/** A copy of the given labels of an exemplar; `undefined` if they are invalid. */
export function copyExemplar(given: unknown): ExemplarLabels | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const entries = Object.entries(given as Record<string, unknown>);
  let length = 0;
  for (const [name, value] of entries) {
    if (!NAME.test(name) || typeof value !== 'string' || value.length > 2 * MAX_EXEMPLAR_LENGTH) {
      return undefined;
    }
    if (NO_TEXT.test(value)) return undefined;
    length += name.length + Array.from(value).length;
  }
  return length > 0 && length <= MAX_EXEMPLAR_LENGTH
    ? (Object.fromEntries(entries) as ExemplarLabels)
    : undefined;
}
