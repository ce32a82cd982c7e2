import type { ExposedType, FamilyHead } from './exposed-family.js';
import type { LabelRules } from './family-labels.js';

/**
 * What the monitor's own metrics are called by Prometheus. The names are those that prom-client's users have in their
 * dashboards, and those of the OpenTelemetry semantic conventions (1.45) for HTTP; what has no precedent is ours.
 */
export interface BuiltIn extends FamilyHead {
  readonly labels?: LabelRules;
}

/** Heap spaces have short names there: `new` for V8's `new_space`. */
const SPACE: LabelRules = { value: (space) => space.replace(/_space$/, '') };

const HTTP_DURATION: LabelRules = {
  names: { method: 'http_request_method', route: 'http_route', status: 'http_response_status_code' },
};

/** By their names in the registry. Those in {@link COUNTED_TOGETHER} are not here. */
export const BUILT_IN: Readonly<Record<string, BuiltIn>> = {
  callbacks: counter('monitor_ioloop_ticks', 'Ticks of the timer that watches the event loop.'),
  callbacks_processed: counter('monitor_ioloop_events', 'Events that the event loop has processed.'),
  ioloop_pending_callbacks: gauge(
    'monitor_ioloop_pending_callbacks',
    'Events that were waiting when the loop polled.',
  ),
  ioloop_excess_callback_latency: gauge(
    'monitor_ioloop_excess_callback_latency_seconds',
    'How late the last tick of the timer was that watches the event loop.',
  ),
  // prom-client calls this gauge what only a counter should be called. The type unknown lets the name stand.
  ioloop_handlers: row(
    'nodejs_active_resources_total',
    'unknown',
    'Resources that keep the event loop alive.',
  ),
  active_resources: gauge(
    'nodejs_active_resources',
    'Resources that keep the event loop alive, by their type.',
  ),
  eventloop_delay: histogram(
    'nodejs_eventloop_delay_seconds',
    'For how long the event loop ran code without turning.',
  ),
  eventloop_utilization: gauge(
    'nodejs_eventloop_utilization',
    'The share of time that the event loop was busy.',
  ),
  gc_duration: histogram('nodejs_gc_duration_seconds', 'Duration of garbage collections, by their kind.'),
  heap_used_bytes: gauge('nodejs_heap_size_used_bytes', 'Memory of the heap that is in use.'),
  heap_total_bytes: gauge('nodejs_heap_size_total_bytes', 'Memory that is reserved for the heap.'),
  heap_limit_bytes: gauge('nodejs_heap_size_limit_bytes', 'What the heap may grow to.'),
  external_bytes: gauge(
    'nodejs_external_memory_bytes',
    'Memory outside of the heap that belongs to its objects.',
  ),
  array_buffers_bytes: gauge('nodejs_array_buffers_bytes', 'Memory of array buffers and Buffers.'),
  heap_space_used_bytes: gauge(
    'nodejs_heap_space_size_used_bytes',
    'Memory in use, by space of the heap.',
    SPACE,
  ),
  heap_space_size_bytes: gauge(
    'nodejs_heap_space_size_total_bytes',
    'Memory reserved, by space of the heap.',
    SPACE,
  ),
  heap_space_available_bytes: gauge(
    'nodejs_heap_space_size_available_bytes',
    'Memory available, by space of the heap.',
    SPACE,
  ),
  heap_space_physical_bytes: gauge(
    'nodejs_heap_space_size_physical_bytes',
    'Memory that is in RAM, by space of the heap.',
    SPACE,
  ),
  http_requests: counter(
    'http_requests',
    'HTTP requests that were answered or given up, by what became of them.',
  ),
  http_responses: counter('http_responses', 'HTTP answers, by the class of their status.'),
  http_requests_aborted: counter(
    'http_requests_aborted',
    'HTTP requests whose answer was not complete when the connection ended.',
  ),
  http_requests_in_flight: gauge('http_server_active_requests', 'HTTP requests that are being worked on.'),
  http_request_duration: histogram(
    'http_server_request_duration_seconds',
    'Duration of HTTP requests, until the answer was sent.',
    HTTP_DURATION,
  ),
  handler_calls: counter('handler_calls', 'Calls of handlers, by their outcome.'),
  handler_duration: histogram('handler_duration_seconds', 'Duration of the calls of handlers.'),
  monitor_rejected_samples: counter('monitor_rejected_samples', 'Samples that the monitor dropped.'),
  monitor_overflowed_samples: counter(
    'monitor_overflowed_samples',
    'Samples that went to an overflow="true" series, because there was no room for one of their own.',
  ),
  monitor_failed_collects: counter('monitor_failed_collects', 'Calls of a collector that failed.'),
  monitor_failed_publishes: counter('monitor_failed_publishes', 'Calls of a publisher that failed.'),
  monitor_skipped_publishes: counter(
    'monitor_skipped_publishes',
    'Calls of a publisher that were left out, because the one before was still under way.',
  ),
};

/** Counters of the registry that are written as one family with a label, in `process-families.ts`. */
export const COUNTED_TOGETHER: readonly string[] = [
  'requests',
  'localhost_requests',
  'private_requests',
  'callback_duration',
];

function counter(name: string, help: string): BuiltIn {
  return row(name, 'counter', help);
}

function gauge(name: string, help: string, labels?: LabelRules): BuiltIn {
  return row(name, 'gauge', help, labels);
}

function histogram(name: string, help: string, labels?: LabelRules): BuiltIn {
  return row(name, 'histogram', help, labels);
}

function row(name: string, type: ExposedType, help: string, labels?: LabelRules): BuiltIn {
  const [unit] = /(?:seconds|bytes)$/.exec(name) ?? [];
  return { name, type, help, ...(unit !== undefined && { unit }), ...(labels !== undefined && { labels }) };
}
