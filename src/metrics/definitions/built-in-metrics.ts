import { EVENT_LOOP_DEFINITIONS } from './event-loop.definitions.js';
import { HANDLER_DEFINITIONS } from './handlers.definitions.js';
import { HTTP_DEFINITIONS } from './http.definitions.js';
import { JOB_DEFINITIONS } from './jobs.definitions.js';
import { MEMORY_DEFINITIONS } from './memory.definitions.js';
import { METHOD_DEFINITIONS } from './methods.definitions.js';
import type { MetricDefinition } from './metric-definition.js';
import { MONITOR_DEFINITIONS } from './monitor.definitions.js';
import { WATCH_DEFINITIONS } from './watch.definitions.js';
import { OUTGOING_DEFINITIONS } from './outgoing.definitions.js';

/**
 * All metrics that the monitor itself measures, by name. To add one, write a definition in the file of its area, and call
 * `registry.ownCounter(name)` where it is counted.
 */
export const BUILT_IN_METRICS: ReadonlyMap<string, MetricDefinition> = new Map(
  [
    ...HTTP_DEFINITIONS,
    ...HANDLER_DEFINITIONS,
    ...METHOD_DEFINITIONS,
    ...OUTGOING_DEFINITIONS,
    ...JOB_DEFINITIONS,
    ...WATCH_DEFINITIONS,
    ...EVENT_LOOP_DEFINITIONS,
    ...MEMORY_DEFINITIONS,
    ...MONITOR_DEFINITIONS,
  ].map((definition) => [definition.name, definition]),
);
