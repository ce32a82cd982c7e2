import type { HistorySeries } from '../history-document.js';
import { FIGURES_OF } from '../step-figures.js';

/** Thrown for invalid history data of another process. */
export class NotHistoryError extends Error {
  override readonly name = 'NotHistoryError';
}

/** Checks the description of a series from another process. @throws NotHistoryError */
export function checkedSeries(series: unknown): HistorySeries {
  const { key, name, kind, labels, unit, help, aggregate, builtIn } = (series ?? {}) as HistorySeries;
  if (typeof key !== 'string' || typeof name !== 'string' || typeof help !== 'string' || !isKind(kind))
    throw new NotHistoryError('no series');
  if (typeof labels !== 'object' || labels === null) throw new NotHistoryError('no labels');
  if (Object.values(labels).some((value) => typeof value !== 'string'))
    throw new NotHistoryError('no labels');
  return {
    key,
    name,
    kind,
    labels,
    unit: typeof unit === 'string' ? unit : null,
    help,
    ...(kind === 'gauge' && { aggregate: isAggregate(aggregate) ? aggregate : 'sum' }),
    builtIn: builtIn === true,
  };
}

function isKind(kind: unknown): kind is HistorySeries['kind'] {
  return typeof kind === 'string' && Object.hasOwn(FIGURES_OF, kind);
}

function isAggregate(value: unknown): value is NonNullable<HistorySeries['aggregate']> {
  return value === 'sum' || value === 'max' || value === 'min' || value === 'process';
}
