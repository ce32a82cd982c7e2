import type { AnyFamily } from '../metrics/source/metrics-source.js';
import type { HistorySeries } from './history-document.js';
import type { SeriesGroup } from './kept-series.js';

/**
 * Metrics of the monitor that also have a series with the sum of all label sets, under the bare name of the metric. Histograms
 * are added bucket by bucket, since quantiles of all requests cannot be computed from those of each route.
 */
const ADDED_UP = new Set([
  'http_requests',
  'http_request_duration',
  'handler_calls',
  'handler_duration',
  'gc_duration',
  'job_runs',
  'job_duration',
  'http_client_requests',
  'http_client_duration',
  'eventloop_blocks',
  'eventloop_block_duration',
]);

/** Metrics with a series for each route, handler, job, host or function of the application. */
const BY_PART_OF_APPLICATION = new Set([
  ...ADDED_UP,
  'http_requests_aborted',
  'http_request_size',
  'http_response_size',
  'method_calls',
  'method_duration',
]);
BY_PART_OF_APPLICATION.delete('gc_duration');

/** The histogram that has a heat map. */
const HEAT_MAP = 'eventloop_delay';

export function isAddedUp({ name, definition }: AnyFamily): boolean {
  return definition !== undefined && ADDED_UP.has(name);
}

/** Whether a series is the sum of all label sets of its metric. */
export function isSum({ key, name, builtIn }: Pick<HistorySeries, 'key' | 'name' | 'builtIn'>): boolean {
  return builtIn && key === name && ADDED_UP.has(name);
}

export function hasHeatMap({ name, definition }: AnyFamily): boolean {
  return definition !== undefined && name === HEAT_MAP;
}

export function groupOf({ name, definition }: AnyFamily): SeriesGroup {
  if (definition === undefined) return 'own';
  return BY_PART_OF_APPLICATION.has(name) ? 'busy' : 'core';
}
