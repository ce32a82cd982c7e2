import type { InstanceInfo, ProcessMetrics } from '../../metrics/collection/snapshot.js';
import { PROCESS_DEFINITIONS } from '../../metrics/definitions/process.definitions.js';
import { metadataOf, unitIn } from './built-in-metadata.js';
import type { ExpositionFamily, ExposedType, Facts, SampleSink } from './exposition-family.js';
import { PROCESS_HELP } from './help.messages.js';

/** The `process` and `instance` sections, under the names that prom-client uses. */
export function processFamilies(): ExpositionFamily[] {
  return [
    ...PROCESS_DEFINITIONS.flatMap((definition) => {
      const metadata = metadataOf(definition);
      return metadata === undefined
        ? []
        : [{ ...metadata, ...valueOf(({ process }) => definition.value(process)) }];
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

type Writer = Pick<ExpositionFamily, 'write'>;

function family(name: string, type: ExposedType, help: string, writer: Writer): ExpositionFamily {
  return { name, type, help, unit: unitIn(name), ...writer };
}

/** One sample without labels; none if the value is `null`. */
function valueOf(read: (facts: Facts) => number | null): Writer {
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

/** `null` where the process is not measured. */
function startOf({ process, processStart }: Facts): number | null {
  return process.uptime === null ? null : processStart / 1000;
}

function versionLabels({ node_version: version }: InstanceInfo): string {
  const [major, minor, patch] = version
    .slice(1)
    .split('.')
    .map((part) => Number.parseInt(part, 10));
  return `{version="${version}",major="${major}",minor="${minor}",patch="${patch}"}`;
}
