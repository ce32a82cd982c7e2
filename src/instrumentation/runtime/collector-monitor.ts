import type { GaugeFunction, GaugeFunctionOptions } from '../../metrics/collection/gauge-function.js';
import type { Measurements } from '../../metrics/collection/measurements.js';
import type { MetricsSnapshot, Reading } from '../../metrics/collection/snapshot.js';
import type { Description } from '../../metrics/description.js';
import type { Counter, Gauge, Histogram } from '../../metrics/handles.js';
import type { ObserveOptions } from '../../metrics/histogram/exemplar.js';
import type { Labels } from '../../metrics/series/labels.js';

/**
 * What a collector receives: the methods of `MonitorService`, which is passed itself. Each is described there. (An interface,
 * so that collectors do not depend on the module; `collect(monitor: MonitorService)` implements it as well.)
 */
export interface CollectorMonitor {
  count(name: string, value?: number, labels?: Labels): void;
  set(name: string, value: number, labels?: Labels): void;
  kv(name: string, value: number, labels?: Labels): void;
  observe(name: string, value: number, labels?: Labels, options?: ObserveOptions): void;
  time<T>(name: string, work: () => PromiseLike<T>, labels?: Labels): Promise<T>;
  time<T>(name: string, work: () => T, labels?: Labels): T;
  counter(name: string, labels?: Labels): Counter;
  gauge(name: string, labels?: Labels): Gauge;
  gauge(name: string, read: GaugeFunction, labels?: Labels, options?: GaugeFunctionOptions): Gauge;
  histogram(name: string, labels?: Labels): Histogram;
  remove(name: string, labels?: Labels): boolean;
  clear(name: string): number;
  describe(name: string, description: Description): void;
  metrics(reader?: string): Promise<MetricsSnapshot>;
  json(reader?: string): Promise<string[]>;
  measurements(reader?: string): Promise<Reading<Measurements>>;
}
