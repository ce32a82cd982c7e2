import { ValueType } from '@opentelemetry/api';
import type {
  DataPoint,
  ExponentialHistogram,
  Histogram,
  MetricData,
  MetricDescriptor,
} from '@opentelemetry/sdk-metrics';
import { AggregationTemporality, DataPointType } from '@opentelemetry/sdk-metrics';

/** What a metric is called, and what it is. */
export interface Descriptor {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
}

type Points<T> = DataPoint<T>[];

/** What only grows. */
export function counterData(
  of: Descriptor,
  dataPoints: Points<number>,
  aggregationTemporality: AggregationTemporality,
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

/** What adds up and also goes down. It is a level: the difference of two would say less, so it is never one. */
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

/** What something says now. The SDK gives gauges a temporality too, which means nothing. */
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
  aggregationTemporality: AggregationTemporality,
): MetricData {
  const dataPointType = DataPointType.EXPONENTIAL_HISTOGRAM;
  return { descriptor: descriptorOf(of), dataPointType, aggregationTemporality, dataPoints };
}

export function explicitData(
  of: Descriptor,
  dataPoints: Points<Histogram>,
  aggregationTemporality: AggregationTemporality,
): MetricData {
  const dataPointType = DataPointType.HISTOGRAM;
  return { descriptor: descriptorOf(of), dataPointType, aggregationTemporality, dataPoints };
}

function descriptorOf({ name, unit, description }: Descriptor): MetricDescriptor {
  return { name, unit, description, valueType: ValueType.DOUBLE };
}
