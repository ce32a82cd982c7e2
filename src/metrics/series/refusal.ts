import type { MetricKind } from '../definitions/metric-definition.js';

/** Why a series was refused. */
export type RefusalReason = 'bad name' | 'bad labels' | 'built-in' | 'other kind' | 'no room';

/** Returned instead of a series that is not allowed. */
export class Refusal {
  constructor(
    readonly reason: RefusalReason,
    /** The kind of the series that was asked for. */
    readonly kind: MetricKind,
    readonly maxSeries: number,
    /** The kind of the metric that already has the name. */
    readonly takenBy?: MetricKind,
  ) {}
}
