import type { Measurement } from '../../metrics/collection/measurements.js';
import type { AttributeMap } from './attributes.js';
import { HTTP_ATTRIBUTES, METHOD_ATTRIBUTE, NO_MAP } from './attributes.js';

/** What OpenTelemetry calls a metric of ours. */
export interface Convention {
  /** What it is here. A metric of that name and another kind is none of ours. */
  readonly kind: Measurement['kind'];
  readonly name: string;
  /** As in UCUM. */
  readonly unit: string;
  readonly description: string;
  /** What the labels are called there; a label that is not named here keeps its name. */
  readonly attributes: AttributeMap;
  /** For a gauge that adds up over its attributes: what OpenTelemetry calls an up-down counter. */
  readonly isUpDown: boolean;
}

const SPACE = { space: 'v8js.heap.space.name' };
const HANDLER = { transport: 'monitor.transport', handler: 'monitor.handler', outcome: 'monitor.outcome' };
const STATUS_CLASS = { class: 'monitor.http.status_class' };
const HEAP = 'v8js.memory.heap';

/**
 * What the metrics of the monitor itself are called, but for those of `locality.ts`. Names, units and attributes are
 * those of the semantic conventions 1.45, where only `http.server.request.duration` is stable. What has no name there
 * begins with `monitor.`.
 */
export const CONVENTIONS: Readonly<Record<string, Convention>> = {
  http_request_duration: histogram(
    'http.server.request.duration',
    's',
    'Duration of HTTP server requests.',
    HTTP_ATTRIBUTES,
  ),
  http_requests_in_flight: upDown(
    'http.server.active_requests',
    '{request}',
    'Number of active HTTP server requests.',
    METHOD_ATTRIBUTE,
  ),
  http_requests: counter('monitor.http.requests', '{request}', 'HTTP requests.', HTTP_ATTRIBUTES),
  http_responses: counter('monitor.http.responses', '{response}', 'HTTP responses.', STATUS_CLASS),
  http_requests_aborted: counter(
    'monitor.http.aborted_requests',
    '{request}',
    'HTTP requests whose client left before the answer was complete.',
    HTTP_ATTRIBUTES,
  ),
  handler_calls: counter('monitor.handler.calls', '{call}', 'Calls of handlers.', HANDLER),
  handler_duration: histogram('monitor.handler.duration', 's', 'Duration of calls of handlers.', HANDLER),

  // The delays are also summed up in seven gauges, see `eventloop-delay.ts`.
  eventloop_delay: histogram('monitor.eventloop.delay', 's', 'How late the event loop was.'),
  eventloop_utilization: gauge('nodejs.eventloop.utilization', '1', 'Event loop utilization.'),
  callback_duration: counter('nodejs.eventloop.time', 's', 'Time that the event loop was in this state.'),
  callbacks: counter('monitor.ioloop.callbacks', '{tick}', 'Ticks of the measuring timer.'),
  callbacks_processed: counter(
    'monitor.ioloop.events',
    '{event}',
    'Events that the event loop has processed.',
  ),
  ioloop_pending_callbacks: gauge('monitor.ioloop.pending_callbacks', '{event}', 'Events that were waiting.'),
  ioloop_excess_callback_latency: gauge(
    'monitor.ioloop.excess_callback_latency',
    's',
    'How late the last tick of the measuring timer was.',
  ),
  ioloop_handlers: gauge('monitor.ioloop.handlers', '{resource}', 'Active handles and requests.'),
  active_resources: gauge('v8js.resource.active', '{resource}', 'Active resources, by type.', {
    type: 'v8js.resource.type',
  }),

  gc_duration: histogram('v8js.gc.duration', 's', 'Garbage collection duration.', { kind: 'v8js.gc.type' }),
  heap_used_bytes: upDown('monitor.heap.used', 'By', 'Heap memory in use.'),
  heap_total_bytes: upDown('monitor.heap.total', 'By', 'Heap memory that was allocated.'),
  heap_limit_bytes: upDown('monitor.heap.limit', 'By', 'What the heap may grow to.'),
  external_bytes: upDown('monitor.memory.external', 'By', 'Memory outside the heap that JavaScript holds.'),
  array_buffers_bytes: upDown('monitor.memory.array_buffers', 'By', 'Memory of ArrayBuffers and Buffers.'),
  heap_space_used_bytes: upDown(`${HEAP}.used`, 'By', 'Heap memory size in use.', SPACE),
  heap_space_size_bytes: upDown(`${HEAP}.space.size`, 'By', 'Heap memory size pre-allocated.', SPACE),
  heap_space_available_bytes: upDown(
    `${HEAP}.space.available_size`,
    'By',
    'Heap space available size.',
    SPACE,
  ),
  heap_space_physical_bytes: upDown(
    `${HEAP}.space.physical_size`,
    'By',
    'Committed size of a heap space.',
    SPACE,
  ),

  monitor_rejected_samples: counter('monitor.rejected_samples', '{sample}', 'Samples that were dropped.'),
  monitor_overflowed_samples: counter('monitor.overflowed_samples', '{sample}', 'Samples without a series.'),
  monitor_failed_publishes: counter(
    'monitor.failed_publishes',
    '{call}',
    'Calls of a publisher that failed.',
  ),
  monitor_failed_collects: counter('monitor.failed_collects', '{call}', 'Calls of a collector that failed.'),
  monitor_skipped_publishes: counter('monitor.skipped_publishes', '{call}', 'Calls that were left out.'),
};

/** The attributes that all points of a metric have. The loop's idle time is a point beside it, see `translation.ts`. */
export const FIXED_ATTRIBUTES: Readonly<Record<string, Record<string, string>>> = {
  callback_duration: { 'nodejs.eventloop.state': 'active' },
};

type Facts = [name: string, unit: string, description: string, attributes?: AttributeMap];

function counter(...facts: Facts): Convention {
  return convention('counter', facts);
}

function gauge(...facts: Facts): Convention {
  return convention('gauge', facts);
}

function upDown(...facts: Facts): Convention {
  return { ...convention('gauge', facts), isUpDown: true };
}

function histogram(...facts: Facts): Convention {
  return convention('histogram', facts);
}

function convention(
  kind: Convention['kind'],
  [name, unit, description, attributes = NO_MAP]: Facts,
): Convention {
  return { kind, name, unit, description, attributes, isUpDown: false };
}
