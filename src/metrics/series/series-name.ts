import type { KnownLabels } from './labels.js';
import { labelsText } from './labels.js';

/**
 * The name of a metric at the beginning of a series name. `{` begins the labels there, so it is escaped in the name
 * itself: a metric that is called `a{b="c"}` is different from a series of the metric `a`.
 */
export function metricText(name: string): string {
  return name.replace(/[\\{]/g, '\\$&');
}

/** The canonical name of a series, such as `http_requests{method="GET",status="200"}`. */
export function seriesName(name: string, labels: KnownLabels = {}): string {
  return metricText(name) + labelsText(labels);
}
