import type { Attributes } from '@opentelemetry/api';
import type { DataPoint, MetricData } from '@opentelemetry/sdk-metrics';
import type { ProcessMetrics } from '../../metrics/collection/snapshot.js';
import type { ProcessDefinition } from '../../metrics/definitions/process.definitions.js';
import { PROCESS_DEFINITIONS } from '../../metrics/definitions/process.definitions.js';
import { counterData, gaugeData, upDownData } from './metric-data.js';
import type { Points } from './points.js';

/**
 * The metrics of the process, without those whose value the platform does not provide.
 *
 * @param constant attributes of every point.
 */
export function processData(process: ProcessMetrics, points: Points, constant: Attributes): MetricData[] {
  return [...DEFINITIONS_BY_NAME.values()].flatMap((definitions) => {
    const dataPoints = definitions.flatMap(
      (definition) => pointOf(definition, process, points, constant) ?? [],
    );
    const [first] = definitions;
    return first === undefined || dataPoints.length === 0 ? [] : [dataOf(first, dataPoints, points)];
  });
}

/** Several definitions with one name are the points of one metric. */
const DEFINITIONS_BY_NAME: ReadonlyMap<string, readonly ProcessDefinition[]> = groupByName();

function groupByName(): Map<string, ProcessDefinition[]> {
  const groups = new Map<string, ProcessDefinition[]>();
  for (const definition of PROCESS_DEFINITIONS) {
    if (definition.openTelemetry === undefined) continue;
    const { name } = definition.openTelemetry;
    groups.set(name, [...(groups.get(name) ?? []), definition]);
  }
  return groups;
}

function pointOf(
  { name, kind, value, openTelemetryAttributes = {} }: ProcessDefinition,
  process: ProcessMetrics,
  points: Points,
  constant: Attributes,
): DataPoint<number> | undefined {
  const current = value(process);
  if (current === null) return undefined;
  const attributes = { ...constant, ...openTelemetryAttributes };
  return kind === 'counter' ? points.used(name, attributes, current) : points.level(attributes, current);
}

function dataOf(
  { kind, help, openTelemetryHelp = help, openTelemetry }: ProcessDefinition,
  dataPoints: DataPoint<number>[],
  points: Points,
): MetricData {
  const { name = '', unit = '', isUpDown = false } = openTelemetry ?? {};
  const descriptor = { name, unit, description: openTelemetryHelp };
  if (kind === 'counter') return counterData(descriptor, dataPoints, points.temporality);
  return isUpDown ? upDownData(descriptor, dataPoints) : gaugeData(descriptor, dataPoints);
}
