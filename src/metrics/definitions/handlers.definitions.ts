import type { MetricDefinition } from './metric-definition.js';

const LABELS = {
  transport: '`rpc`, `ws`, `graphql`, `event`, `bullmq`, or the name that a library has for its own.',
  handler: 'The class and the method, such as `CatsController.find`.',
};
const ATTRIBUTES = {
  transport: 'monitor.transport',
  handler: 'monitor.handler',
  outcome: 'monitor.outcome',
};

export const HANDLER_DEFINITIONS: readonly MetricDefinition[] = [
  {
    name: 'handler_calls',
    kind: 'counter',
    help: 'Calls of handlers of messages, events and GraphQL operations, by outcome.',
    labels: {
      ...LABELS,
      outcome: '`ok`, `error`, or `cancelled` where the caller stopped listening first.',
    },
    whenItRises: 'More messages arrive. A rising share of `error` is a handler that throws or rejects.',
    prometheus: { name: 'handler_calls' },
    openTelemetry: { name: 'monitor.handler.calls', unit: '{call}', attributes: ATTRIBUTES },
  },
  {
    name: 'handler_duration',
    kind: 'histogram',
    unit: 'seconds',
    help: 'Duration of calls of handlers, until the last value that they give.',
    labels: LABELS,
    whenItRises: 'That handler is slow, or its caller reads a stream slowly.',
    prometheus: { name: 'handler_duration_seconds' },
    openTelemetry: { name: 'monitor.handler.duration', unit: 's', attributes: ATTRIBUTES },
  },
];
