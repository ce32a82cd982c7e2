import type { PrometheusNames } from '../../metrics/definitions/metric-definition.js';
import type { SeriesView } from '../../metrics/source/metrics-source.js';
import type { Naming } from './naming.js';
import { LabelNames, labelsIn, shapeOf } from './label-names.js';
import { escapeQuoted, hasValidValues, sanitizeValue } from './sanitize.js';

/** How a metric of the monitor itself renames its labels and rewrites their values. */
export type LabelRules = Pick<PrometheusNames, 'labels' | 'labelValue' | 'splits'>;

/**
 * The text of the labels of the series in one list of a metric.
 *
 * Where the canonical text of the labels is valid, it is used: it has the syntax of Prometheus. So nothing is stored for
 * nearly all series, and each is checked once.
 */
export class SeriesLabels {
  private readonly names: LabelNames;
  private readonly rewritten = new Map<SeriesView, string>();
  private checked = 0;

  constructor(
    naming: Naming,
    private readonly rules: LabelRules,
  ) {
    this.names = new LabelNames(naming, rules.labels);
  }

  /**
   * Checks series that are new.
   *
   * @param series always the same list, which may have grown.
   * @param limit the most series to check in this call.
   * @returns whether all are checked.
   */
  check(series: readonly SeriesView[], limit: number): boolean {
    const end = Math.min(series.length, this.checked + limit);
    for (const one of series.slice(this.checked, end)) {
      const shape = shapeOf(one.labels);
      if (this.names.add(shape, one.labels)) {
        // Known names have changed. All series are checked again; until then they keep their old text, because
        // another scrape may be writing them now.
        this.checked = 0;
        return false;
      }
      this.checked++;
      if (!this.isValid(shape, one.labels)) this.rewritten.set(one, this.rewrite(one.labels));
    }
    return this.checked === series.length;
  }

  /** The labels of a series that was checked. */
  of(series: SeriesView): string {
    return (this.rewritten.size > 0 ? this.rewritten.get(series) : undefined) ?? series.labels;
  }

  private isValid(shape: string, labels: string): boolean {
    const { labelValue, splits } = this.rules;
    return (
      labelValue === undefined && splits === undefined && this.names.areKept(shape) && hasValidValues(labels)
    );
  }

  private rewrite(text: string): string {
    const { labelValue: valueOf = (value) => value, splits = {} } = this.rules;
    const parts = Object.entries(labelsIn(text))
      .flatMap(([name, value]) =>
        Object.hasOwn(splits, name)
          ? Object.entries(splits[name]?.(value) ?? {})
          : [[this.names.of(name), value] as const],
      )
      .map(([name, value]) => `${name}="${escapeQuoted(sanitizeValue(valueOf(value)))}"`);
    return `{${parts.join(',')}}`;
  }
}
