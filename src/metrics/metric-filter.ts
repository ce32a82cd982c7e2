/** The name of a metric in the document, the beginning of names such as `heap_space_*`, or an expression that a name matches. */
export type MetricPattern = string | RegExp;

/** Whether a name matches one of the patterns. */
export function metricFilter(patterns: readonly MetricPattern[]): (name: string) => boolean {
  const texts = patterns.filter((pattern) => typeof pattern === 'string');
  const exact = new Set(texts);
  const beginnings = texts.filter((text) => text.endsWith('*')).map((text) => text.slice(0, -1));
  // A global or sticky expression remembers where it has matched.
  const expressions = patterns
    .filter((pattern) => pattern instanceof RegExp)
    .map(({ source, flags }) => new RegExp(source, flags.replace(/[gy]/g, '')));
  return (name) =>
    exact.has(name) ||
    beginnings.some((beginning) => name.startsWith(beginning)) ||
    expressions.some((expression) => expression.test(name));
}
