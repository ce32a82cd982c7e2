/** The name and the tags of a line. */
interface LineName {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>> | undefined;
}

/**
 * Names the lines of a series.
 *
 * @param name of the metric, with a suffix such as `.max` where there is one.
 */
export type NameLine = (name: string, labels: Readonly<Record<string, string>>) => LineName;

/** Labels in the name: `orders.kind.gift`. A dot in a label becomes `_`, since it would begin another level. */
export const plainName: NameLine = (name, labels) => {
  const parts = Object.entries(labels).flatMap(([label, value]) => [part(label), part(value)]);
  return { name: [metricName(name), ...parts].join('.'), tags: undefined };
};

/** Labels as tags: `orders|#kind:gift`. */
export const taggedName: NameLine = (name, labels) => {
  const tags = Object.entries(labels).map(([label, value]) => [part(label), tagValue(value)]);
  return {
    name: metricName(name),
    tags: tags.length === 0 ? undefined : (Object.fromEntries(tags) as Record<string, string>),
  };
};

/** Letters, digits, `_`, `-` and dots, which separate levels. Any other character could end the name, or the line. */
function metricName(name: string): string {
  return name.replace(/[^\w.-]/g, '_');
}

function part(text: string): string {
  return text === '' ? '_' : text.replace(/[^\w-]/g, '_');
}

/** The characters that Datadog allows in the value of a tag. */
function tagValue(text: string): string {
  return text === '' ? '_' : text.replace(/[^\w./:-]/g, '_');
}
