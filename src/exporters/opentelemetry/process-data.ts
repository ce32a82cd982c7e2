import type { Attributes } from '@opentelemetry/api';
import type { DataPoint, MetricData } from '@opentelemetry/sdk-metrics';
import type { ProcessMetrics } from '../../metrics/collection/snapshot.js';
import { counterData, gaugeData, upDownData } from './metric-data.js';
import type { Descriptor } from './metric-data.js';
import type { Points } from './points.js';

const CPU_TIME = 'process.cpu.time';

/** What stands in the `process` section of the document, but for the CPU times: where, and what it is called here. */
const LEVELS: [path: string[], kind: 'gauge' | 'updown', name: string, unit: string, description: string][] =
  [
    [['uptime'], 'gauge', 'process.uptime', 's', 'The time the process has been running.'],
    [['meminfo', 'rss_bytes'], 'updown', 'process.memory.usage', 'By', 'Physical memory in use.'],
    [['meminfo', 'vsz_bytes'], 'updown', 'process.memory.virtual', 'By', 'Committed virtual memory.'],
    [['cpu', 'num_threads'], 'updown', 'process.thread.count', '{thread}', 'Process threads count.'],
    [
      ['num_fds'],
      'updown',
      'process.unix.file_descriptor.count',
      '{file_descriptor}',
      'Open file descriptors.',
    ],
    [
      ['max_fds'],
      'gauge',
      'monitor.process.max_fds',
      '{file_descriptor}',
      'File descriptors that may be open.',
    ],
    [['cpu', 'percent'], 'gauge', 'monitor.process.cpu.percent', '%', 'CPU in use; 100 is one core.'],
  ];

/** The metrics of the process. What the platform cannot say is not among them. */
export function processData(process: ProcessMetrics, points: Points): MetricData[] {
  const { user_time, system_time } = process.cpu;
  const cpu: Descriptor = { name: CPU_TIME, unit: 's', description: 'Total CPU seconds by mode.' };
  const times = [used('user', user_time), used('system', system_time)].filter(isPoint);
  const levels = LEVELS.flatMap(([path, kind, name, unit, description]): MetricData[] => {
    const value = valueAt(process, path);
    if (value === undefined) return [];
    const make = kind === 'gauge' ? gaugeData : upDownData;
    return [make({ name, unit, description }, [points.level({}, value)])];
  });
  return times.length > 0 ? [counterData(cpu, times, points.temporality), ...levels] : levels;

  function used(mode: string, seconds: number | null): DataPoint<number> | undefined {
    if (seconds === null) return undefined;
    const attributes: Attributes = { 'cpu.mode': mode };
    return points.used(CPU_TIME, mode, attributes, seconds);
  }
}

export function isPoint<T>(point: DataPoint<T> | undefined): point is DataPoint<T> {
  return point !== undefined;
}

function valueAt(section: unknown, path: readonly string[]): number | undefined {
  let value = section;
  for (const key of path) value = (value as Record<string, unknown> | null | undefined)?.[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
