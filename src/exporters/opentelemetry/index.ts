export { MonitorMetricProducer } from './monitor-metric-producer.js';
export { METER_PROVIDER, MonitorOpenTelemetryModule } from './monitor-opentelemetry.module.js';
export type { MonitorOpenTelemetryOptions } from './opentelemetry.options.js';
export type { MonitorMetricProducerOptions } from './producer-options.js';
export { monitorResourceAttributes } from './resource.js';
