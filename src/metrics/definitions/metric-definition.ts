/** What a metric is: a number that only goes up, one that goes up and down, or a distribution of values. */
export type MetricKind = 'counter' | 'gauge' | 'histogram';

/**
 * How the values that several processes have for one gauge become one value: added up, the highest, the lowest, or one
 * series for each process, with a `process` label. Counters and histograms always add up.
 */
export type Aggregate = 'sum' | 'max' | 'min' | 'process';

/** What a metric of the monitor itself is called in Prometheus. */
export interface PrometheusNames {
  /** The name of the family: that of a counter is without its `_total`. */
  readonly name: string;
  /** The labels that have another name there. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Makes several labels of the value of a label that has this name of ours. */
  readonly splits?: Readonly<Record<string, (value: string) => Readonly<Record<string, string>>>>;
  /** Maps the value of each label. */
  readonly labelValue?: (value: string) => string;
  /** Written as `untyped` or `unknown`, because the name ends as that of another type does. */
  readonly isUntyped?: true;
  /**
   * Further gauges of a histogram, one for each of `STATISTICS`, of the values since the last scrape. `*` stands
   * for the statistic.
   */
  readonly statistics?: string;
}

/** What a metric of the monitor itself is called in OpenTelemetry. */
export interface OpenTelemetryNames {
  readonly name: string;
  /** As in UCUM, such as `s`, `By` or `{request}`. */
  readonly unit: string;
  /** The attribute that each label becomes. A label that is not named here keeps its name. */
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
 * One metric that the monitor itself measures: everything that the document, the exporters and `docs/metrics.md` need to
 * know about it.
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
  /** For a counter or histogram: it has new values although the application does nothing. */
  readonly risesWhenIdle?: true;
  /** What to do, or to look at, when it rises. */
  readonly whenItRises: string;
  /** Missing for a metric whose numbers Prometheus gets from another one of ours, with other labels. */
  readonly prometheus?: PrometheusNames;
  /** Missing for the same reason. */
  readonly openTelemetry?: OpenTelemetryNames;
  /** The metric that has the same numbers with labels, for the exporters. */
  readonly exportedAs?: string;
}
