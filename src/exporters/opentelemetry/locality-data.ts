import type { MetricData } from '@opentelemetry/sdk-metrics';
import type { Measurement } from '../../metrics/collection/measurements.js';
import { counterData } from './metric-data.js';
import type { Points } from './points.js';
import { isPoint } from './process-data.js';

/** Each counter has what the one before has, and more: all requests, those from private networks, those from here. */
export const LOCALITY_COUNTERS: readonly string[] = ['requests', 'private_requests', 'localhost_requests'];

const METRIC = {
  name: 'monitor.requests',
  unit: '{request}',
  description: 'HTTP requests, by where they came from.',
};

/** The three counters as one metric, whose points add up to all requests. */
export function localityData(metrics: readonly Measurement[], points: Points): MetricData[] {
  const [all, fromPrivate, fromHere] = LOCALITY_COUNTERS.map((name) => totalOf(metrics, name));
  if (all === undefined || fromPrivate === undefined || fromHere === undefined) return [];
  const places = { public: all - fromPrivate, private: fromPrivate - fromHere, loopback: fromHere };
  const dataPoints = Object.entries(places)
    .map(([place, total]) => points.counted(METRIC.name, place, { 'client.locality': place }, total))
    .filter(isPoint);
  return [counterData(METRIC, dataPoints, points.temporality)];
}

function totalOf(metrics: readonly Measurement[], name: string): number | undefined {
  const counter = metrics.find((metric) => metric.kind === 'counter' && metric.name === name);
  const plain = counter?.series.find(({ labelsText }) => labelsText === '');
  return plain !== undefined && 'value' in plain ? plain.value : undefined;
}
