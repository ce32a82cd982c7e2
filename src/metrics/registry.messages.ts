import { describeThrown, show } from '../common/show-value.js';
import type { MetricKind } from './definitions/metric-definition.js';
import type { Refusal } from './series/refusal.js';

/** The counter of dropped samples. It appears with the first one. */
export const REJECTED_SAMPLES = 'monitor_rejected_samples';

/** The counter of samples that went to an `{overflow="true"}` series. It appears with the first one. */
export const OVERFLOWED_SAMPLES = 'monitor_overflowed_samples';

const COUNTED = `Such samples are counted in ${REJECTED_SAMPLES}; this warning comes once for each name and mistake.`;

/** The methods that set or add to a metric of each kind. */
const METHODS: Record<MetricKind, string> = {
  counter: 'count() and counter()',
  gauge: 'set(), kv() and gauge()',
  histogram: 'observe(), time() and histogram()',
};

export const SAMPLE_REFUSED = (name: unknown, refusal: Refusal): string =>
  `A sample for ${show(name)} was dropped: ${reasonOf(name, refusal)}. ${COUNTED}`;

export const HANDLE_REFUSED = (name: unknown, refusal: Refusal): string =>
  `The ${refusal.kind} handle ${show(name)} drops every sample: ${reasonOf(name, refusal)}. ${COUNTED}`;

export const BAD_VALUE = (name: unknown, value: unknown): string =>
  `A sample for ${show(name)} was dropped, because it is ${show(value)}: a sample is a finite number, and an amount ` +
  `added to a counter is not negative. ${COUNTED}`;

export const BAD_EXEMPLAR = (name: unknown, given: unknown): string =>
  `A value of ${show(name)} was recorded without its exemplar, because that is ${show(given)}: an exemplar is an object of texts, such ` +
  'as { trace_id, span_id }, whose names have letters, digits and _, with at most 128 characters in all. This warning comes once ' +
  'for each name.';

export const NO_GAUGE_FUNCTION = (name: unknown, given: unknown): string =>
  `The gauge ${show(name)} has no value: it was given ${show(given)} instead of a function that returns a number. ${COUNTED}`;

export const GAUGE_FUNCTION_THREW = (name: string, thrown: unknown): string =>
  `The function of the gauge ${show(name)} threw: ${describeThrown(thrown).message}. The gauge keeps its last value. ${COUNTED}`;

export const GAUGE_FUNCTION_REJECTED = (name: string, thrown: unknown): string =>
  `The promise of the gauge ${show(name)} was rejected: ${describeThrown(thrown).message}. The gauge keeps its last value. ${COUNTED}`;

export const GAUGE_FUNCTION_TIMED_OUT = (name: string, timeout: number): string =>
  `The promise of the gauge ${show(name)} was not settled within ${timeout} ms. The gauge keeps its last value. ${COUNTED}`;

export const BAD_GAUGE_OPTIONS = (name: string, given: unknown): string =>
  `The gauge ${show(name)} was given the options ${show(given)}: "timeout" and "interval" are numbers of milliseconds. Its defaults ` +
  `apply. ${COUNTED}`;

export const NOT_REMOVED = (name: string): string =>
  `${show(name)} is a metric of the monitor itself, which cannot be removed. The option metrics.exclude leaves it out.`;

export const NOTHING_TO_TIME = (name: unknown, given: unknown): string =>
  `time(${show(name)}, ...) was given ${show(given)} instead of a function, and returned it: give it the function that ` +
  `starts the work, as in time(${show(name)}, () => work()). ${COUNTED}`;

export const BAD_URL_TEMPLATE = (given: unknown): string =>
  `outgoing() was given ${show(given)} as its route, which must be a text of 1 to 200 characters. Its requests are measured ` +
  `without a template. ${COUNTED}`;

export const SERIES_OVERFLOW = (name: string, maxSeries: number): string =>
  `The metric ${show(name)} has more label sets than its limit, which is half of maxSeries = ${maxSeries}. ` +
  `Further ones go to its {overflow="true"} series, and are counted in ${OVERFLOWED_SAMPLES}. Does a label ` +
  'differ from request to request?';

export const BAD_DESCRIPTION = (name: unknown, problem: string): string =>
  `describe(${show(name)}, ...) was ignored: ${problem}. It is counted in ${REJECTED_SAMPLES}.`;

export const UNKNOWN_DESCRIPTION_KEYS = (name: unknown, keys: readonly string[]): string =>
  `describe(${show(name)}, ...) has ${keys.map((key) => show(key)).join(', ')}, which no description has. The keys are ` +
  'help, unit, buckets and aggregate.';

export const NO_DESCRIPTION = 'a description is an object';
export const UNREADABLE_DESCRIPTION = (thrown: unknown): string =>
  `reading it threw ${describeThrown(thrown).message}`;
export const BAD_TEXT = (key: string, value: unknown): string =>
  `${key} is a string of at most 1000 characters, and not ${show(value)}`;
export const BAD_BUCKETS = (value: unknown): string =>
  `buckets are 1 to 200 ascending finite numbers, and not ${show(value)}`;
export const BAD_AGGREGATE = (value: unknown): string =>
  `aggregate is 'sum', 'max', 'min' or 'process', and not ${show(value)}`;
export const LATE_BUCKETS =
  'buckets must be described before the first sample or handle of the metric, since they would lack earlier samples';
export const BUCKETS_OF_OTHER_KIND = (kind: MetricKind): string =>
  `buckets are for a histogram, and this name is that of a ${kind}`;
export const TOO_MANY_DESCRIPTIONS = (maxSeries: number): string =>
  `there are maxSeries = ${maxSeries} descriptions already`;
export const BAD_NAME = 'a name is a string of 1 to 200 characters';

function reasonOf(name: unknown, { reason, kind, takenBy, maxSeries }: Refusal): string {
  switch (reason) {
    case 'bad name':
      return BAD_NAME;
    case 'bad labels':
      return 'labels are an object of at most 16 strings, numbers or booleans, with names and strings of at most 200 characters';
    case 'built-in':
      return `${show(name)} is a metric of the monitor itself. Give yours another name, such as 'app_${String(name)}'`;
    case 'other kind':
      return (
        `${show(name)} is a ${takenBy} already (${takenBy && METHODS[takenBy]}), and a name is of one kind; this one is for a ` +
        `${kind} (${METHODS[kind]}). Give one of the two another name`
      );
    case 'no room':
      return (
        `there are maxSeries = ${maxSeries} series already. Does a part of the name differ from ` +
        'request to request?'
      );
  }
}
