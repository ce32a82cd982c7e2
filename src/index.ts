export { Counted } from './instrumentation/decorators/counted.decorator.js';
export type { MethodMetricOptions } from './instrumentation/decorators/method-metric.options.js';
export { Timed } from './instrumentation/decorators/timed.decorator.js';
export { HandlerCallsInterceptor } from './instrumentation/handlers/handler-calls.interceptor.js';
export { MonitorAccess } from './access/monitor-access.js';
export type { AccessOptions } from './access/access.options.js';
export type {
  AccessDecision,
  AccessGranted,
  AccessDenied,
  AccessDeniedReason,
} from './access/access-decision.js';
export type { RequestFilter } from './access/request-filter.js';
export type { Collector } from './instrumentation/runtime/collector.js';
export type { CollectorMonitor } from './instrumentation/runtime/collector-monitor.js';
export type { CollectorsOptions } from './instrumentation/runtime/collectors.options.js';
export type { Finding, FindingEvidence, FindingProcess } from './findings/finding.js';
export type {
  Figure,
  HeatColumn,
  HistoryColumn,
  HistoryDocument,
  HistoryQuery,
  HistorySeries,
  HistoryTier,
  ProcessActivity,
  InstanceEvent,
  ResetEvent,
  Step,
  StepEvent,
} from './history/history-document.js';
export type { HistoryOptions } from './history/history.options.js';
export { LoopbackGuard } from './access/loopback.guard.js';
export type { EndpointOptions } from './endpoint/endpoint.options.js';
export { MonitorController } from './endpoint/monitor.controller.js';
export { MonitorPort } from './endpoint/port/monitor-port.js';
export type { PortOptions } from './endpoint/port/port.options.js';
export type { AdapterResponse } from './common/http/raw-response.js';
export type {
  Aggregate,
  MetricDefinition,
  MetricKind,
  OpenTelemetryNames,
  PrometheusNames,
} from './metrics/definitions/metric-definition.js';
export type { ClassicBuckets } from './metrics/histogram/classic-buckets.js';
export type { ReadonlyBuckets } from './metrics/histogram/exponential-buckets.js';
export type { GaugeFunction, GaugeFunctionOptions } from './metrics/collection/gauge-function.js';
export type { KeptMetrics, MetricsOptions } from './metrics/metrics.options.js';
export type { MetricPattern } from './metrics/metric-filter.js';
export type { Description } from './metrics/description.js';
export type { WatchOptions } from './instrumentation/watch/watches.js';
export type { OutgoingOptions } from './metrics/metrics-recorder.js';
export type { Counter, Gauge, Histogram } from './metrics/handles.js';
export type { Extremes } from './metrics/extremes.js';
export type { ExemplarLabels, ObserveOptions } from './metrics/histogram/exemplar.js';
export type { HistogramSnapshot } from './metrics/histogram/histogram-snapshot.js';
export type { HistogramValues } from './metrics/histogram/histogram-values.js';
export type { Labels, LabelValue } from './metrics/series/labels.js';
export type { SeriesIdentity } from './metrics/series/parse-series-name.js';
export { parseSeriesName } from './metrics/series/parse-series-name.js';
export type {
  CounterSeriesMeasurement,
  GaugeSeriesMeasurement,
  HistogramSeriesMeasurement,
  Measurement,
  Measurements,
  MetricMeasurement,
  SeriesMeasurement,
} from './metrics/collection/measurements.js';
export type {
  InstanceInfo,
  MetricsSnapshot,
  ProcessMetrics,
  Reading,
  Values,
} from './metrics/collection/snapshot.js';
export type { ProcessState } from './metrics/collection/snapshot.js';
export { MonitorOptionsError } from './common/options/monitor-options.error.js';
export type { MonitorModuleAsyncOptions, MonitorOptionsFactory } from './monitor.module.js';
export { MonitorModule } from './monitor.module.js';
export type { MonitorOptions } from './monitor.options.js';
export { MonitorService } from './monitor.service.js';
export type { PublishContext, Publisher, PublisherObject, PublishFunction } from './metrics/publisher.js';
export { PUBLISHER_INTERVAL } from './publishing/publisher.task.js';
export type { HttpOptions, ObservedRequest, ObservedResponse } from './instrumentation/http/http.options.js';
export type { BlockCause, BlockFrame, EventLoopBlock } from './metrics/collection/event-loop-block.js';
export type { InFlightGroup } from './common/in-flight.js';
export type { ProcessGroupOptions } from './processes/processes.options.js';
export type { CapturesOptions } from './diagnostics/captures/captures.options.js';
export type { Capture } from './diagnostics/captures/capture-store.js';
export type { BlockedLoopOptions, DiagnosticsOptions } from './diagnostics/diagnostics.options.js';
export type { ProfileRequest } from './diagnostics/profiles/profile-request.js';
export { DiagnosticsOffError } from './diagnostics/diagnostics-off.error.js';
export { MonitorDiagnostics } from './diagnostics/monitor-diagnostics.js';
export type { Operation } from './diagnostics/operation-lock.js';
export type { TableOrder } from './diagnostics/profiles/profile-table.js';
export type { ProfileFormat, TableOptions } from './diagnostics/profiles/profile-format.js';
export type { Profile, ProfileKind } from './diagnostics/profiles/profiler.js';
export type { RepeatedProfile } from './diagnostics/profiles/repeated-profile.js';
export { OperationInProgressError } from './diagnostics/operation-lock.js';
export { HeapSnapshotRefusedError } from './diagnostics/heap-snapshot/heap-snapshot.js';
export { InspectorUnavailableError } from './diagnostics/profiles/inspector-unavailable.error.js';
export { ThreadBusyError } from './diagnostics/report/report-threads.js';
export type { DiagnosticReport } from './diagnostics/report/diagnostic-report.js';
export type { AllocationProfile } from './diagnostics/profiles/allocation-profile.js';
export type { CpuProfile } from './diagnostics/profiles/cpu-profile.js';
