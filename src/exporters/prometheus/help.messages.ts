/** What Prometheus is told of a metric that nobody has described. */
export const NO_HELP = (kind: string, name: string): string => `The ${kind} "${name}".`;

export const EXTREME_HELP = {
  min: (help: string): string => `The lowest value since the last scrape of: ${help}`,
  max: (help: string): string => `The highest value since the last scrape of: ${help}`,
};
