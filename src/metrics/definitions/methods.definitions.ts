import type { MetricDefinition } from './metric-definition.js';

const LABELS = {
  method: 'The class in which it is written and the method, such as `OrdersService.place`.',
  outcome:
    '`ok`, `error`, or `cancelled` where the caller stopped reading an Observable or an iterator first.',
};
const ATTRIBUTES = { method: 'monitor.method', outcome: 'monitor.outcome' };

/** What `@Timed()` and `@Counted()` record without a name. */
export const METHOD_DEFINITIONS: readonly MetricDefinition[] = [
  {
    name: 'method_calls',
    kind: 'counter',
    help: 'Calls of the methods with @Counted() that have ended, by outcome.',
    labels: LABELS,
    whenItRises: 'The method is called more often. A rising share of `error` is one that throws or rejects.',
    prometheus: { name: 'nestjs_method_calls' },
    openTelemetry: { name: 'monitor.method.calls', unit: '{call}', attributes: ATTRIBUTES },
  },
  {
    name: 'method_duration',
    kind: 'histogram',
    unit: 'seconds',
    help: 'Duration of calls of the methods with @Timed(), until the last value that they give.',
    labels: LABELS,
    whenItRises: 'That method is slow, or what it waits for.',
    prometheus: { name: 'nestjs_method_duration_seconds' },
    openTelemetry: { name: 'monitor.method.duration', unit: 's', attributes: ATTRIBUTES },
  },
];
