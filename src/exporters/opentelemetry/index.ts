export { MonitorMetricProducer } from './monitor-metric-producer.js';
export type { MonitorMetricProducerOptions } from './producer-options.js';
export { monitorResourceAttributes } from './resource.js';
