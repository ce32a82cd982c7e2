import type { Gauge } from '../../metrics/gauge.js';
import type { MetricsRegistry } from '../../metrics/registry.js';
import type { KnownLabels } from '../../metrics/series/labels.js';

/** The gauges of one watched object. */
export class WatchedGauges {
  private readonly gauges = new Map<string, Gauge>();

  constructor(
    private readonly registry: MetricsRegistry,
    private readonly labels: KnownLabels,
  ) {}

  /** @param value is ignored if it is not a finite number. */
  set(name: string, value: unknown, labels: KnownLabels = {}): void {
    if (typeof value !== 'number' || !Number.isFinite(value)) return;
    const key = `${name} ${Object.values(labels).join(' ')}`;
    let gauge = this.gauges.get(key);
    if (gauge === undefined) {
      gauge = this.registry.ownGauge(name, undefined, { ...this.labels, ...labels });
      this.gauges.set(key, gauge);
    }
    gauge.set(value);
  }

  /** Leaves the gauges without a value. */
  clear(): void {
    for (const gauge of this.gauges.values()) gauge.begin(Number.NaN);
  }
}
