/** The name of a metric in the document, a prefix of names such as `heap_space_*`, or a regular expression that names match. */
export type MetricPattern = string | RegExp;

/** Whether a name matches one of the patterns. */
export function metricFilter(patterns: readonly MetricPattern[]): (name: string) => boolean {
  const texts = patterns.filter((pattern) => typeof pattern === 'string');
  const exact = new Set(texts);
  const beginnings = texts.filter((text) => text.endsWith('*')).map((text) => text.slice(0, -1));
  // Without the flags g and y, with which the result of test() depends on the previous match.
  const expressions = patterns
    .filter((pattern) => pattern instanceof RegExp)
    .map(({ source, flags }) => new RegExp(source, flags.replace(/[gy]/g, '')));
  return (name) =>
    exact.has(name) ||
    beginnings.some((beginning) => name.startsWith(beginning)) ||
    expressions.some((expression) => expression.test(name));
}
