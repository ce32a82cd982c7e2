/** The help text of a metric that nobody has described. */
export const NO_HELP = (kind: string, name: string): string => `The ${kind} "${name}".`;

export const EXTREME_HELP = {
  min: (help: string): string => `Lowest value since the last scrape: ${help}`,
  max: (help: string): string => `Highest value since the last scrape: ${help}`,
};

const FIGURE_NAMES: Readonly<Record<string, string>> = {
  min: 'Lowest value',
  max: 'Highest value',
  mean: 'Mean',
  stddev: 'Standard deviation',
  p50: 'Median',
  p90: '90th percentile',
  p99: '99th percentile',
};

export const FIGURE_HELP = (figure: string, help: string): string =>
  `${FIGURE_NAMES[figure]} since the last scrape: ${help}`;

export const PROCESS_HELP = {
  cpu: 'CPU time spent by the process, user and system together.',
  start: 'Start of the process, in Unix time.',
  version: 'The version of Node.js.',
};
