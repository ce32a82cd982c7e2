import type { MetricDefinition, Statistic } from '../../metrics/definitions/metric-definition.js';
import { STATISTICS } from '../../metrics/definitions/metric-definition.js';
import { BUILT_IN_METRICS } from '../../metrics/definitions/built-in-metrics.js';
import { STATISTIC_HELP } from './help.messages.js';
import type { FamilyMetadata } from './exposition-family.js';

/** The metadata of a metric of the monitor itself; `undefined` for one whose numbers are exported as another metric. */
export function metadataOf({
  kind,
  help,
  prometheus,
}: Pick<MetricDefinition, 'kind' | 'help' | 'prometheus'>): FamilyMetadata | undefined {
  if (prometheus === undefined) return undefined;
  const { name, isUntyped } = prometheus;
  return { name, type: isUntyped ? 'unknown' : kind, help: `${help}`, unit: unitIn(name) };
}

/** The metadata of the gauges beside a histogram, by statistic. */
export function statisticsMetadataOf({
  help,
  prometheus,
}: MetricDefinition): ReadonlyMap<Statistic, FamilyMetadata> {
  const pattern = prometheus?.statistics;
  if (pattern === undefined) return new Map();
  return new Map(
    STATISTICS.map((statistic) => {
      const name = pattern.replace('*', statistic);
      return [statistic, { name, type: 'gauge', help: STATISTIC_HELP(statistic, help), unit: unitIn(name) }];
    }),
  );
}

/** The metadata of all metrics of the monitor itself, whether they have values or not. */
export function builtInMetadata(): FamilyMetadata[] {
  return [...BUILT_IN_METRICS.values()].flatMap((definition) => {
    const metadata = metadataOf(definition);
    return [...(metadata === undefined ? [] : [metadata]), ...statisticsMetadataOf(definition).values()];
  });
}

/** The unit that a name ends with. */
export function unitIn(name: string): string | undefined {
  return /(?:seconds|bytes)$/.exec(name)?.[0];
}
