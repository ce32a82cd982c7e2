import type { ValueType as OtelValueType } from '@opentelemetry/api';
import type {
  AggregationTemporality as OtelTemporality,
  DataPointType as OtelDataPointType,
} from '@opentelemetry/sdk-metrics';

// The enums of OpenTelemetry are imported as types only. So the producer loads no package of OpenTelemetry, and works with the copy
// of the application, wherever that is installed.

export const AggregationTemporality = {
  DELTA: 0 as OtelTemporality.DELTA,
  CUMULATIVE: 1 as OtelTemporality.CUMULATIVE,
} as const;

export const DataPointType = {
  HISTOGRAM: 0 as OtelDataPointType.HISTOGRAM,
  EXPONENTIAL_HISTOGRAM: 1 as OtelDataPointType.EXPONENTIAL_HISTOGRAM,
  GAUGE: 2 as OtelDataPointType.GAUGE,
  SUM: 3 as OtelDataPointType.SUM,
} as const;

export const ValueType = {
  INT: 0 as OtelValueType.INT,
  DOUBLE: 1 as OtelValueType.DOUBLE,
} as const;
