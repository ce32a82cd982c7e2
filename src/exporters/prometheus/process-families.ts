import type { InstanceInfo, ProcessMetrics } from '../../metrics/collection/snapshot.js';
import { PROCESS_DEFINITIONS } from '../../metrics/definitions/process.definitions.js';
import { headOf, unitIn } from './built-in-heads.js';
import type { ExposedFamily, ExposedType, Facts, SampleSink } from './exposed-family.js';
import { PROCESS_HELP } from './help.messages.js';

/** The `process` and `instance` sections, under the names that prom-client has for them. */
export function processFamilies(): ExposedFamily[] {
  return [
    ...PROCESS_DEFINITIONS.flatMap((definition) => {
      const head = headOf(definition);
      return head === undefined ? [] : [{ ...head, ...valueOf(({ process }) => definition.value(process)) }];
    }),
    family(
      'process_cpu_seconds',
      'counter',
      PROCESS_HELP.cpu,
      valueOf(({ process }) => cpuOf(process)),
    ),
    family('process_start_time_seconds', 'gauge', PROCESS_HELP.start, valueOf(startOf)),
    family('nodejs_version_info', 'gauge', PROCESS_HELP.version, {
      *write(sink, { instance }) {
        sink.number(versionLabels(instance), 1);
        yield;
      },
    }),
  ];
}

type Written = Pick<ExposedFamily, 'write'>;

function family(name: string, type: ExposedType, help: string, written: Written): ExposedFamily {
  return { name, type, help, unit: unitIn(name), ...written };
}

/** One sample without labels, if there is a value. */
function valueOf(read: (facts: Facts) => number | null): Written {
  return {
    *write(sink: SampleSink, facts: Facts) {
      const value = read(facts);
      if (value !== null) sink.number('', value);
      yield;
    },
  };
}

function cpuOf({ cpu }: ProcessMetrics): number | null {
  return cpu.user_time === null || cpu.system_time === null ? null : cpu.user_time + cpu.system_time;
}

/** Absent like the rest where the process is not measured. */
function startOf({ process, instance }: Facts): number | null {
  return process.uptime === null ? null : Date.parse(instance.start_time) / 1000;
}

function versionLabels({ node_version: version }: InstanceInfo): string {
  const [major, minor, patch] = version
    .slice(1)
    .split('.')
    .map((part) => Number.parseInt(part, 10));
  return `{version="${version}",major="${major}",minor="${minor}",patch="${patch}"}`;
}
