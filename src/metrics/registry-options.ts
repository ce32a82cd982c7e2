import type { MetricDefinition } from './definitions/metric-definition.js';

export interface RegistryOptions {
  /** Logs a warning. */
  readonly warn: (text: string) => void;
  /** The metrics of the monitor itself, by name. Default: all of them. */
  readonly definitions?: ReadonlyMap<string, MetricDefinition>;
}
