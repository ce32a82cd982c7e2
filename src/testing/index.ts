export { MonitorTestingModule } from './monitor-testing.module.js';
export { createTestingMonitor } from './testing-monitor.js';
export type { RecordedHistogram } from './recorded-metrics.js';
export { recorded, RecordedMetrics } from './recorded-metrics.js';
