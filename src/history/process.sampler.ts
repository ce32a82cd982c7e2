import type { ProcessDefinition } from '../metrics/definitions/process.definitions.js';
import { PROCESS_DEFINITIONS } from '../metrics/definitions/process.definitions.js';
import type { ProcessMetrics } from '../metrics/collection/snapshot.js';
import { CounterSteps } from './counter-steps.js';
import { GaugeSteps } from './gauge-steps.js';
import type { SeriesRoom } from './series-room.js';

/** Not kept: uptime is a straight line, and the other one is hardly ever needed. */
const LEFT_OUT = new Set(['process.uptime', 'process.meminfo.vsz_bytes']);

/** Makes steps of the numbers of the `process` section. Those that the platform does not provide have no series. */
export class ProcessSampler {
  private readonly series = new Map<string, CounterSteps | GaugeSteps>();

  constructor(private readonly room: SeriesRoom) {}

  sample(process: ProcessMetrics, seconds: number): void {
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
