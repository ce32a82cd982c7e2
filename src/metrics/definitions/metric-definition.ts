/** What a metric is: a number that only goes up, one that goes up and down, or a distribution of values. */
export type MetricKind = 'counter' | 'gauge' | 'histogram';

/**
 * How the values of one gauge in several processes are combined: added up, the highest, the lowest, or one series for each
 * process, with a `process` label. Counters and histograms always add up.
 */
export type Aggregate = 'sum' | 'max' | 'min' | 'process';

/** The names of a metric of the monitor itself in Prometheus. */
export interface PrometheusNames {
  /** The name of the family; for a counter, without `_total`. */
  readonly name: string;
  /** The names of labels that have another name in Prometheus, by their name in the document. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Functions that split the value of a label into several labels, by the name of the label in the document. */
  readonly splits?: Readonly<Record<string, (value: string) => Readonly<Record<string, string>>>>;
  /** Maps the value of each label. */
  readonly labelValue?: (value: string) => string;
  /** Written as `untyped` or `unknown`, because the name has the suffix of another type. */
  readonly isUntyped?: true;
  /**
   * Further gauges of a histogram, one for each of `STATISTICS`, of the values since the last scrape. `*` stands
   * for the statistic.
   */
  readonly statistics?: string;
}

/** The names of a metric of the monitor itself in OpenTelemetry. */
export interface OpenTelemetryNames {
  readonly name: string;
  /** As in UCUM, such as `s`, `By` or `{request}`. */
  readonly unit: string;
  /** The attribute for each label. A label that is not listed keeps its name. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** An up-down counter: a gauge that adds up over its attributes. */
  readonly isUpDown?: true;
  /** As {@link PrometheusNames.statistics}. */
  readonly statistics?: string;
}

/** Statistics of a histogram's interval that are exported as gauges of their own. */
export const STATISTICS = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'] as const;

export type Statistic = (typeof STATISTICS)[number];

/**
 * One metric that the monitor itself measures: everything that the document, the exporters and `docs/metrics.md` need.
 */
export interface MetricDefinition {
  /** The name in the JSON document. */
  readonly name: string;
  readonly kind: MetricKind;
  /** `seconds`, `bytes` or `ratio`; missing for a plain count. */
  readonly unit?: 'seconds' | 'bytes' | 'ratio';
  /** What is measured, in one sentence. */
  readonly help: string;
  /** What each label stands for, and its values. */
  readonly labels?: Readonly<Record<string, string>>;
  /** For a gauge. */
  readonly aggregate?: Aggregate;
  /** For a counter or histogram: it has new values even if the application is idle. */
  readonly risesWhenIdle?: true;
  /** What to do, or to look at, when it rises. */
  readonly whenItRises: string;
  /** Missing if Prometheus gets these numbers from another metric of ours, or computes them from one. */
  readonly prometheus?: PrometheusNames;
  /** Missing for the same reason. */
  readonly openTelemetry?: OpenTelemetryNames;
  /** The metric that exporters use instead: it has the same numbers, with labels. */
  readonly exportedAs?: string;
}
