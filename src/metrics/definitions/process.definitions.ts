import type { ProcessMetrics } from '../collection/snapshot.js';
import type { Aggregate, MetricDefinition } from './metric-definition.js';

/**
 * A number of the `process` section of the document. It is not a series of the registry: a reader gets it from
 * `MetricsView.facts()`.
 */
export interface ProcessDefinition extends Omit<MetricDefinition, 'aggregate' | 'labels' | 'exportedAs'> {
  readonly kind: 'counter' | 'gauge';
  readonly aggregate: Aggregate;
  /** `null` if the platform does not provide it. */
  readonly value: (process: ProcessMetrics) => number | null;
  /** The attributes of its data point, if several definitions are one metric in OpenTelemetry. */
  readonly openTelemetryAttributes?: Readonly<Record<string, string>>;
  /** The description of that one metric, in place of {@link help}. */
  readonly openTelemetryHelp?: string;
}

export const PROCESS_DEFINITIONS: readonly ProcessDefinition[] = [
  {
    name: 'process.uptime',
    kind: 'gauge',
    unit: 'seconds',
    help: 'Time since the process started.',
    aggregate: 'max',
    whenItRises: 'It rises by 1 a second. When it falls, the process has restarted.',
    // Prometheus gets the start time instead, see `process_start_time_seconds` in the exporter.
    openTelemetry: { name: 'process.uptime', unit: 's' },
    value: ({ uptime }) => uptime,
  },
  {
    name: 'process.num_fds',
    kind: 'gauge',
    help: 'Open file descriptors.',
    aggregate: 'sum',
    whenItRises: 'Files or sockets are opened and not closed. At `max_fds`, opening any more fails.',
    prometheus: { name: 'process_open_fds' },
    openTelemetry: {
      name: 'process.unix.file_descriptor.count',
      unit: '{file_descriptor}',
      isUpDown: true,
    },
    value: ({ num_fds }) => num_fds,
  },
  {
    name: 'process.max_fds',
    kind: 'gauge',
    help: 'File descriptors that may be open.',
    aggregate: 'sum',
    whenItRises: 'It is set by `ulimit -n`.',
    prometheus: { name: 'process_max_fds' },
    openTelemetry: { name: 'monitor.process.max_fds', unit: '{file_descriptor}' },
    value: ({ max_fds }) => max_fds,
  },
  {
    name: 'process.meminfo.rss_bytes',
    kind: 'gauge',
    unit: 'bytes',
    help: 'Resident memory: what is in RAM.',
    aggregate: 'sum',
    whenItRises: 'Compare it with `heap_total_bytes` and `external_bytes`: what is in neither is native.',
    prometheus: { name: 'process_resident_memory_bytes' },
    openTelemetry: { name: 'process.memory.usage', unit: 'By', isUpDown: true },
    value: ({ meminfo }) => meminfo.rss_bytes,
  },
  {
    name: 'process.meminfo.vsz_bytes',
    kind: 'gauge',
    unit: 'bytes',
    help: 'Virtual memory: the address space that is reserved, far larger than what is used.',
    aggregate: 'sum',
    whenItRises: 'Seldom of use: threads and WebAssembly reserve much.',
    prometheus: { name: 'process_virtual_memory_bytes' },
    openTelemetry: { name: 'process.memory.virtual', unit: 'By', isUpDown: true },
    value: ({ meminfo }) => meminfo.vsz_bytes,
  },
  {
    name: 'process.cpu.user_time',
    kind: 'counter',
    unit: 'seconds',
    help: 'CPU time spent in the code of the process, by all threads.',
    aggregate: 'sum',
    whenItRises: 'By 1 a second, it uses one core. Take a CPU profile.',
    prometheus: { name: 'process_cpu_user_seconds' },
    openTelemetry: { name: 'process.cpu.time', unit: 's' },
    openTelemetryAttributes: { 'cpu.mode': 'user' },
    openTelemetryHelp: 'CPU time by mode, of all threads.',
    value: ({ cpu }) => cpu.user_time,
  },
  {
    name: 'process.cpu.system_time',
    kind: 'counter',
    unit: 'seconds',
    help: 'CPU time spent in the kernel for the process, by all threads.',
    aggregate: 'sum',
    whenItRises: 'Much input and output, or memory that is reserved and given back.',
    prometheus: { name: 'process_cpu_system_seconds' },
    openTelemetry: { name: 'process.cpu.time', unit: 's' },
    openTelemetryAttributes: { 'cpu.mode': 'system' },
    openTelemetryHelp: 'CPU time by mode, of all threads.',
    value: ({ cpu }) => cpu.system_time,
  },
  {
    name: 'process.cpu.percent',
    kind: 'gauge',
    help: 'CPU time of the last second in percent of one core: 150 is one core and a half.',
    aggregate: 'sum',
    whenItRises: 'The process is busy; above 100 also in other threads, such as those of garbage collection.',
    // Prometheus computes it as the rate of process_cpu_seconds_total.
    openTelemetry: { name: 'monitor.process.cpu.percent', unit: '%' },
    value: ({ cpu }) => cpu.percent,
  },
  {
    name: 'process.cpu.num_threads',
    kind: 'gauge',
    help: 'Threads of the operating system. Node has about ten at its start.',
    aggregate: 'sum',
    whenItRises: 'Worker threads or native modules start threads.',
    prometheus: { name: 'process_threads' },
    openTelemetry: { name: 'process.thread.count', unit: '{thread}', isUpDown: true },
    value: ({ cpu }) => cpu.num_threads,
  },
];
