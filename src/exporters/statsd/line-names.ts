import { parseSeriesName } from '../../metrics/series/series-name.js';

/** What a line is called. */
export interface LineName {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>> | undefined;
}

/**
 * Names a line for a series.
 *
 * @param suffix of the metric's name, such as `.max`.
 */
export type NameLine = (series: string, suffix?: string) => LineName;

/** Labels in the name: `orders.kind.gift`. A dot within a label would be another level of names. */
export const plainName: NameLine = (series, suffix = '') => {
  const { name, labels } = parseSeriesName(series);
  const parts = Object.entries(labels).flatMap(([label, value]) => [part(label), part(value)]);
  return { name: [metricName(name) + suffix, ...parts].join('.'), tags: undefined };
};

/** Labels as tags: `orders|#kind:gift`. */
export const taggedName: NameLine = (series, suffix = '') => {
  const { name, labels } = parseSeriesName(series);
  const tags = Object.entries(labels).map(([label, value]) => [part(label), tagValue(value)]);
  return {
    name: metricName(name) + suffix,
    tags: tags.length === 0 ? undefined : (Object.fromEntries(tags) as Record<string, string>),
  };
};

/** Letters, digits, `_`, `-` and dots, which are levels. Everything else could end a name, or the line. */
function metricName(name: string): string {
  return name.replace(/[^\w.-]/g, '_');
}

function part(text: string): string {
  return text === '' ? '_' : text.replace(/[^\w-]/g, '_');
}

/** What Datadog allows in a tag. */
function tagValue(text: string): string {
  return text === '' ? '_' : text.replace(/[^\w./:-]/g, '_');
}
