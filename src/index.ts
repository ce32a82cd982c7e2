export { HandlerCallsInterceptor } from './handlers/handler-calls.interceptor.js';
export { MonitorAccess } from './http/access/access.js';
export type { AccessOptions } from './http/access/access.options.js';
export type { AccessJudgement, Admission, Refusal, RefusalReason } from './http/access/judgement.js';
export type { RequestFilter } from './http/access/request-filter.js';
export type { Collector } from './collectors/collector.js';
export type { CollectorsOptions } from './collectors/collectors.options.js';
export { LoopbackGuard } from './http/loopback.guard.js';
export { MonitorController } from './http/monitor.controller.js';
export { MonitorPort } from './http/port/monitor.port.js';
export type { PortOptions } from './http/port/port.options.js';
export type { Description } from './metrics/description.js';
export type { Counter, Gauge, Histogram } from './metrics/handles.js';
export type { Extremes } from './metrics/extremes.js';
export type { HistogramSnapshot } from './metrics/histogram/histogram-snapshot.js';
export type { HistogramValues } from './metrics/histogram/histogram-values.js';
export type { Labels, LabelValue } from './metrics/series/labels.js';
export type { SeriesIdentity } from './metrics/series/series-name.js';
export { parseSeriesName } from './metrics/series/series-name.js';
export type {
  CounterSeriesMeasurement,
  GaugeSeriesMeasurement,
  HistogramSeriesMeasurement,
  Measurement,
  Measurements,
  SeriesMeasurement,
} from './metrics/reading/measurements.js';
export type {
  InstanceInfo,
  MetricsSnapshot,
  ProcessMetrics,
  Reading,
  Values,
} from './metrics/reading/snapshot.js';
export { MonitorOptionsError } from './monitor-options.error.js';
export type { MonitorModuleAsyncOptions, MonitorOptionsFactory } from './monitor.module.js';
export { MonitorModule } from './monitor.module.js';
export type { MonitorOptions } from './monitor.options.js';
export { MonitorService } from './monitor.service.js';
export type { PublishContext, Publisher, PublisherObject, PublishFunction } from './publishing/publisher.js';
export { PUBLISHER_INTERVAL } from './publishing/publisher.task.js';
export type { HttpOptions, ObservedRequest, ObservedResponse } from './http/requests/http.options.js';
