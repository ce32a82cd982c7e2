/**
 * The part of a registry of `prom-client` or `@prometheus-io/client` that is used. It is declared here and not imported, so
 * that it fits both packages, and any copy of one that is installed twice.
 */
export interface PromClientRegistry {
  readonly contentType: string;
  getMetricsAsArray: (...args: never[]) => object[];
  clear: () => void;
}

/** A metric as these registries expect it. */
export interface PromClientMetric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  /** How the values of several workers of a cluster are combined. */
  readonly aggregator: string;
  get(): Promise<PromClientItem>;
  reset(): void;
}

interface PromClientItem {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly aggregator: string;
  readonly values: PromClientValue[];
}

export interface PromClientValue {
  value: number;
  labels: Record<string, string | number>;
  /** The name of the sample, where it is not that of the metric. */
  metricName?: string;
}
