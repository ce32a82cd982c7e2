import type { ProcessDefinition } from '../metrics/definitions/process.definitions.js';
import { PROCESS_DEFINITIONS } from '../metrics/definitions/process.definitions.js';
import type { ProcessMetrics } from '../metrics/collection/snapshot.js';
import { CounterSteps } from './counter-steps.js';
import { GaugeSteps } from './gauge-steps.js';
import type { SeriesRoom } from './series-room.js';

/** Not kept: uptime is a straight line, and virtual memory is hardly ever needed. */
const LEFT_OUT = new Set(['process.uptime', 'process.meminfo.vsz_bytes']);

/** Computes steps from the numbers of the `process` section. Those that the platform does not provide have no series. */
export class ProcessSampler {
  private readonly series = new Map<string, CounterSteps | GaugeSteps>();
  /** Seconds of CPU that the process had used at the last step. */
  private usedCpu: number | undefined;

  constructor(private readonly room: SeriesRoom) {}

  sample(given: ProcessMetrics, seconds: number): void {
    const process = this.withCpuOfStep(given, seconds);
    for (const definition of PROCESS_DEFINITIONS) {
      const value = LEFT_OUT.has(definition.name) ? null : definition.value(process);
      const known = this.series.get(definition.name);
      if (value === null) {
        if (known instanceof GaugeSteps) known.step(Number.NaN, undefined);
        continue;
      }
      const steps = known ?? this.add(definition, value);
      if (steps instanceof GaugeSteps) steps.step(value, undefined);
      else steps.step(value, seconds);
    }
  }

  /** With the CPU of the step as a percentage. The one of the process is that of another second, which a block may move by seconds. */
  private withCpuOfStep(process: ProcessMetrics, seconds: number): ProcessMetrics {
    const { user_time: user, system_time: system } = process.cpu;
    const before = this.usedCpu;
    this.usedCpu = user === null || system === null ? undefined : user + system;
    if (before === undefined || this.usedCpu === undefined) return process;
    const percent = (100 * (this.usedCpu - before)) / seconds;
    return { ...process, cpu: { ...process.cpu, percent } };
  }

  private add(definition: ProcessDefinition, value: number): CounterSteps | GaugeSteps {
    const { name, kind, unit, help, aggregate } = definition;
    const steps = kind === 'gauge' ? new GaugeSteps() : new CounterSteps();
    if (steps instanceof CounterSteps) steps.begin(value);
    this.series.set(name, steps);
    this.room.add(
      {
        key: name,
        name,
        kind,
        labels: {},
        unit: unit ?? (name.endsWith('percent') ? 'percent' : null),
        help,
        ...(kind === 'gauge' && { aggregate }),
        builtIn: true,
      },
      steps,
    );
    return steps;
  }
}
