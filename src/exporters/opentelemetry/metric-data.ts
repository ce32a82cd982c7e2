import type {
  AggregationTemporality as Temporality,
  DataPoint,
  ExponentialHistogram,
  Histogram,
  MetricData,
  MetricDescriptor,
} from '@opentelemetry/sdk-metrics';
import { AggregationTemporality, DataPointType, ValueType } from './otel-enums.js';

/** The name, unit and description of a metric. */
export interface Descriptor {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
}

type Points<T> = DataPoint<T>[];

/** A monotonic sum. */
export function counterData(
  of: Descriptor,
  dataPoints: Points<number>,
  aggregationTemporality: Temporality,
): MetricData {
  const dataPointType = DataPointType.SUM;
  return {
    descriptor: descriptorOf(of),
    dataPointType,
    aggregationTemporality,
    isMonotonic: true,
    dataPoints,
  };
}

/** An up-down counter. It is always cumulative, as OpenTelemetry recommends. */
export function upDownData(of: Descriptor, dataPoints: Points<number>): MetricData {
  const aggregationTemporality = AggregationTemporality.CUMULATIVE;
  const dataPointType = DataPointType.SUM;
  return {
    descriptor: descriptorOf(of),
    dataPointType,
    aggregationTemporality,
    isMonotonic: false,
    dataPoints,
  };
}

/** A gauge. The type of the SDK has a temporality for gauges too, which has no meaning. */
export function gaugeData(of: Descriptor, dataPoints: Points<number>): MetricData {
  const aggregationTemporality = AggregationTemporality.CUMULATIVE;
  return {
    descriptor: descriptorOf(of),
    dataPointType: DataPointType.GAUGE,
    aggregationTemporality,
    dataPoints,
  };
}

export function exponentialData(
  of: Descriptor,
  dataPoints: Points<ExponentialHistogram>,
  aggregationTemporality: Temporality,
): MetricData {
  const dataPointType = DataPointType.EXPONENTIAL_HISTOGRAM;
  return { descriptor: descriptorOf(of), dataPointType, aggregationTemporality, dataPoints };
}

export function explicitData(
  of: Descriptor,
  dataPoints: Points<Histogram>,
  aggregationTemporality: Temporality,
): MetricData {
  const dataPointType = DataPointType.HISTOGRAM;
  return { descriptor: descriptorOf(of), dataPointType, aggregationTemporality, dataPoints };
}

function descriptorOf({ name, unit, description }: Descriptor): MetricDescriptor {
  return { name, unit, description, valueType: ValueType.DOUBLE };
}
