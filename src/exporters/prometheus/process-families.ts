import { performance } from 'node:perf_hooks';
import type { MetricsRegistry } from '../../metrics/registry.js';
import type { ProcessMetrics } from '../../metrics/collection/snapshot.js';
import type { ExposedFamily, ExposedType, SampleSink } from './exposed-family.js';

/** A number of the process; `null` and `undefined` where nobody knows. */
type Figure = (process: ProcessMetrics) => number | null | undefined;

/**
 * What is not a metric of the registry: the process, and what is put together from several of its metrics. The names
 * are prom-client's, except for those of threads and of the event loop's time.
 */
export function processFamilies(registry: MetricsRegistry): ExposedFamily[] {
  const startTime = startTimeOf();
  const total = (name: string) => registry.counters.find(name, undefined)?.value ?? 0;
  return [
    single(
      'process_cpu_user_seconds',
      'counter',
      'CPU time spent in code of the process.',
      ({ cpu }) => cpu.user_time,
    ),
    single(
      'process_cpu_system_seconds',
      'counter',
      'CPU time spent in the kernel.',
      ({ cpu }) => cpu.system_time,
    ),
    single('process_cpu_seconds', 'counter', 'CPU time spent.', ({ cpu }) =>
      cpu.user_time === null || cpu.system_time === null ? null : cpu.user_time + cpu.system_time,
    ),
    single('process_start_time_seconds', 'gauge', 'When the process started, in Unix time.', startTime),
    single('process_resident_memory_bytes', 'gauge', 'Memory in RAM.', ({ meminfo }) => meminfo.rss_bytes),
    single('process_virtual_memory_bytes', 'gauge', 'Address space.', ({ meminfo }) => meminfo.vsz_bytes),
    single('process_threads', 'gauge', 'Threads of the operating system.', ({ cpu }) => cpu.num_threads),
    single('process_open_fds', 'gauge', 'Open file descriptors.', (process) => process.num_fds),
    single('process_max_fds', 'gauge', 'How many file descriptors may be open.', ({ max_fds }) => max_fds),
    family('nodejs_version_info', 'gauge', 'The version of Node.js.', (sink) =>
      sink.number(versionLabels(), 1),
    ),
    family('nodejs_eventloop_time_seconds', 'counter', 'Time of the event loop, by its state.', (sink) => {
      sink.number('{state="active"}', total('callback_duration'));
      sink.number('{state="idle"}', performance.eventLoopUtilization().idle / 1000);
    }),
    family('monitor_requests', 'counter', 'HTTP requests, by how near their client is.', (sink) => {
      const [all, near, local] = ['requests', 'private_requests', 'localhost_requests'].map(total);
      sink.number('{locality="loopback"}', local);
      sink.number('{locality="private"}', near - local);
      sink.number('{locality="public"}', all - near);
    }),
  ];
}

function single(name: string, type: ExposedType, help: string, figure: Figure): ExposedFamily {
  return family(name, type, help, (sink, process) => {
    const value = figure(process);
    if (value !== null && value !== undefined) sink.number('', value);
  });
}

function family(
  name: string,
  type: ExposedType,
  help: string,
  write: (sink: SampleSink, process: ProcessMetrics) => void,
): ExposedFamily {
  const [unit] = /(?:seconds|bytes)$/.exec(name) ?? [];
  return {
    name,
    type,
    help,
    unit,
    *write(sink, process) {
      write(sink, process);
      yield;
    },
  };
}

/** Told once: the difference of two clocks is never the same twice, and each change of it would look like a restart. */
function startTimeOf(): Figure {
  let known: number | undefined;
  return ({ uptime }) => {
    if (uptime === null) return null;
    return (known ??= Math.round(Date.now() - uptime * 1000) / 1000);
  };
}

function versionLabels(): string {
  const [major, minor, patch] = process.versions.node.split('.').map((part) => Number.parseInt(part, 10));
  return `{version="${process.version}",major="${major}",minor="${minor}",patch="${patch}"}`;
}
