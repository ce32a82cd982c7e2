import type { KnownLabels } from './labels.js';
import { labelsText } from './labels.js';

/** A series by its parts. */
export interface SeriesIdentity {
  /** The name of the metric. */
  name: string;
  /** Its labels; their values are texts here, whatever they were set as. */
  labels: Record<string, string>;
}

/**
 * The name of a metric as it stands at the beginning of a series name. A `{` begins the labels there, so one in
 * the name itself is escaped: a metric that is called `a{b="c"}` is not the series of a metric called `a`.
 */
export function metricText(name: string): string {
  return name.replace(/[\\{]/g, '\\$&');
}

/** The canonical name of a series, such as `http_requests{method="GET",status="200"}`. */
export function seriesName(name: string, labels: KnownLabels = {}): string {
  return metricText(name) + labelsText(labels);
}

/** One label. Name and value are bare or quoted, as `labelsText` writes them. */
const LABEL = /(?:"((?:[^"\\]|\\.)*)"|([^"{},=\\]+))="((?:[^"\\]|\\.)*)"/gs;

/**
 * Takes a canonical series name apart again.
 *
 * @throws TypeError for a text that is no canonical series name.
 *
 * @example
 * parseSeriesName('jobs{queue="mail"}') // { name: 'jobs', labels: { queue: 'mail' } }
 */
export function parseSeriesName(series: string): SeriesIdentity {
  const [metric] = /^(?:[^\\{]|\\.)*/s.exec(series) ?? [''];
  const name = metric.replace(/\\(.)/gs, '$1');
  const labels = Object.fromEntries(
    [...series.slice(metric.length).matchAll(LABEL)].map(([, quoted, bare, value]) => [
      bare ?? unescape(quoted),
      unescape(value),
    ]),
  );
  // What was skipped on the way is missing here.
  if (seriesName(name, labels) !== series) throw new TypeError(`Not a series name: ${series}`);
  return { name, labels };
}

function unescape(text: string): string {
  return text.replace(/\\(.)/gs, (_escape, character: string) => (character === 'n' ? '\n' : character));
}
