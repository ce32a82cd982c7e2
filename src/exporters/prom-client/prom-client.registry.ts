/**
 * What is used of a registry of `prom-client` or `@prometheus-io/client`. It is said here and not imported, so that
 * it goes for both of them, and for either copy of one that is installed twice.
 */
export interface PromClientRegistry {
  readonly contentType: string;
  getMetricsAsArray: (...args: never[]) => object[];
  clear: () => void;
}

/** A metric as those registries ask for it. */
export interface PromClientMetric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  /** How the metrics of several workers of a cluster become one. */
  readonly aggregator: string;
  get(): Promise<PromClientItem>;
  reset(): void;
}

export interface PromClientItem {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly aggregator: string;
  readonly values: PromClientValue[];
}

export interface PromClientValue {
  value: number;
  labels: Record<string, string | number>;
  /** Where the sample is called something else than the metric. */
  metricName?: string;
}
