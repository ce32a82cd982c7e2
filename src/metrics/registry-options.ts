import type { MetricDefinition } from './definitions/metric-definition.js';

export interface RegistryOptions {
  /** Takes the text of a warning. */
  readonly warn: (text: string) => void;
  /** The metrics of the monitor itself, by name. Default: all built-in ones. */
  readonly definitions?: ReadonlyMap<string, MetricDefinition>;
}
