import type { SeriesView } from '../../metrics/source/metrics-source.js';
import type { Naming } from './naming.js';
import type { LabelRules } from './series-labels.js';
import { SeriesLabels } from './series-labels.js';

/**
 * The text of the labels of one metric. When series are removed, the metric gets a new list of series, whose labels are checked
 * again. A scrape that is still writing the old list keeps the labels of the old list.
 */
export class FamilyLabels {
  private list: readonly SeriesView[] = [];
  private labels: SeriesLabels;

  constructor(
    private readonly naming: Naming,
    private readonly rules: LabelRules = {},
  ) {
    this.labels = new SeriesLabels(naming, rules);
  }

  /** The labels of the series in this list. */
  of(list: readonly SeriesView[]): SeriesLabels {
    if (list !== this.list) {
      this.list = list;
      this.labels = new SeriesLabels(this.naming, this.rules);
    }
    return this.labels;
  }
}
