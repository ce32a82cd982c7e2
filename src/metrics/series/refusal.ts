import type { MetricKind } from '../definitions/metric-definition.js';

/** Why a series cannot exist. */
export type RefusalReason = 'bad name' | 'bad labels' | 'built-in' | 'other kind' | 'no room';

/** Stands for a series that cannot exist. */
export class Refusal {
  constructor(
    readonly reason: RefusalReason,
    /** The kind of the series that was asked for. */
    readonly kind: MetricKind,
    readonly maxSeries: number,
    /** The kind of the metric that has the name already. */
    readonly takenBy?: MetricKind,
  ) {}
}
