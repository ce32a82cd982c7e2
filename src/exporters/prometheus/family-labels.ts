import type { SeriesView } from '../../metrics/source/metrics-source.js';
import type { Naming } from './naming.js';
import type { LabelRules } from './series-labels.js';
import { SeriesLabels } from './series-labels.js';

/**
 * The labels of one metric, as they are written. A metric from which series were removed has another list of series: its
 * labels are checked anew, while a scrape that is writing the old list goes on with what it knows.
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
