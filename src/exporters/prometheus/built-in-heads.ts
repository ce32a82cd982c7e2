import type { MetricDefinition } from '../../metrics/definitions/metric-definition.js';
import { FIGURES } from '../../metrics/definitions/metric-definition.js';
import { BUILT_IN_METRICS } from '../../metrics/definitions/built-in-metrics.js';
import { FIGURE_HELP } from './help.messages.js';
import type { FamilyHead } from './exposed-family.js';

type Figure = (typeof FIGURES)[number];

/** The head of a metric of the monitor itself; `undefined` for one that has another name of ours for Prometheus. */
export function headOf({
  kind,
  help,
  prometheus,
}: Pick<MetricDefinition, 'kind' | 'help' | 'prometheus'>): FamilyHead | undefined {
  if (prometheus === undefined) return undefined;
  const { name, isUntyped } = prometheus;
  return { name, type: isUntyped ? 'unknown' : kind, help: `${help}`, unit: unitIn(name) };
}

/** The heads of the gauges beside a histogram, by figure. */
export function figureHeadsOf({ help, prometheus }: MetricDefinition): ReadonlyMap<Figure, FamilyHead> {
  const pattern = prometheus?.figures;
  if (pattern === undefined) return new Map();
  return new Map(
    FIGURES.map((figure) => {
      const name = pattern.replace('*', figure);
      return [figure, { name, type: 'gauge', help: FIGURE_HELP(figure, help), unit: unitIn(name) }];
    }),
  );
}

/** All names that belong to metrics of the monitor itself, whether they exist yet or not. */
export function builtInHeads(): FamilyHead[] {
  return [...BUILT_IN_METRICS.values()].flatMap((definition) => {
    const head = headOf(definition);
    return [...(head === undefined ? [] : [head]), ...figureHeadsOf(definition).values()];
  });
}

/** What a name ends with, if it is a unit. */
export function unitIn(name: string): string | undefined {
  return /(?:seconds|bytes)$/.exec(name)?.[0];
}
