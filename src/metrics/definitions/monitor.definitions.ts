import type { MetricDefinition } from './metric-definition.js';

/** What the monitor says of itself. Each appears in the document with the first event. */
export const MONITOR_DEFINITIONS: readonly MetricDefinition[] = [
  {
    name: 'monitor_profile_start_seconds',
    kind: 'histogram',
    unit: 'seconds',
    help: 'How long the start of a profile held up the event loop.',
    labels: { profile: '`cpu` or `allocations`.' },
    whenItRises: 'The application has much code: take fewer and longer profiles.',
    prometheus: { name: 'monitor_profile_start_seconds' },
    openTelemetry: { name: 'monitor.profile.start', unit: 's' },
  },
  {
    name: 'monitor_gauge_age',
    kind: 'gauge',
    unit: 'seconds',
    help: 'Time since a gauge whose function returns a promise got its value, or was created.',
    labels: { gauge: 'The series, such as `queue_length{queue="mail"}`.' },
    aggregate: 'max',
    whenItRises:
      'Its function rejects or takes long: the log says which, and `monitor_rejected_samples` counts it.',
    prometheus: { name: 'monitor_gauge_age_seconds' },
    openTelemetry: { name: 'monitor.gauge.age', unit: 's', attributes: { gauge: 'monitor.gauge' } },
  },
  {
    name: 'monitor_rejected_samples',
    kind: 'counter',
    help: 'Samples that were dropped because of a bad name, labels or value, or a function of a gauge that failed.',
    whenItRises: 'The log has one warning for each name and mistake.',
    prometheus: { name: 'monitor_rejected_samples' },
    openTelemetry: { name: 'monitor.rejected_samples', unit: '{sample}' },
  },
  {
    name: 'monitor_overflowed_samples',
    kind: 'counter',
    help: 'Samples that went to an overflow="true" series because there was no room for a series of their own.',
    whenItRises: 'A label has too many values: an identifier or a raw URL. Else raise `maxSeries`.',
    prometheus: { name: 'monitor_overflowed_samples' },
    openTelemetry: { name: 'monitor.overflowed_samples', unit: '{sample}' },
  },
  {
    name: 'monitor_failed_collects',
    kind: 'counter',
    help: 'Calls of collectors that threw, rejected or took longer than a second.',
    whenItRises: 'The log names the collector and the error.',
    prometheus: { name: 'monitor_failed_collects' },
    openTelemetry: { name: 'monitor.failed_collects', unit: '{call}' },
  },
  {
    name: 'monitor_failed_publishes',
    kind: 'counter',
    help: 'Calls of publishers that threw, rejected or timed out.',
    whenItRises: 'The log names the publisher and the error. Its window is kept for the next call.',
    prometheus: { name: 'monitor_failed_publishes' },
    openTelemetry: { name: 'monitor.failed_publishes', unit: '{call}' },
  },
  {
    name: 'monitor_skipped_publishes',
    kind: 'counter',
    help: 'Calls of publishers that were skipped because the call before had not ended.',
    whenItRises: 'The publisher takes longer than `publishInterval`.',
    prometheus: { name: 'monitor_skipped_publishes' },
    openTelemetry: { name: 'monitor.skipped_publishes', unit: '{call}' },
  },
];
