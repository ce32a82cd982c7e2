import type { ValueType as OtelValueType } from '@opentelemetry/api';
import type {
  AggregationTemporality as OtelTemporality,
  DataPointType as OtelDataPointType,
} from '@opentelemetry/sdk-metrics';

// The enums of OpenTelemetry are imported as types alone. So this package loads none of theirs, and works with the copy that
// the application has, wherever that is in its tree of packages.

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
