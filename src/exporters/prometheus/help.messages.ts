/** The help text of a metric without a description. */
export const NO_HELP = (kind: string, name: string): string => `The ${kind} "${name}".`;

export const EXTREME_HELP = {
  min: (help: string): string => `Lowest value since the last scrape: ${help}`,
  max: (help: string): string => `Highest value since the last scrape: ${help}`,
};

const STATISTIC_NAMES: Readonly<Record<string, string>> = {
  min: 'Lowest value',
  max: 'Highest value',
  mean: 'Mean',
  stddev: 'Standard deviation',
  p50: 'Median',
  p90: '90th percentile',
  p99: '99th percentile',
};

export const STATISTIC_HELP = (statistic: string, help: string): string =>
  `${STATISTIC_NAMES[statistic]} since the last scrape: ${help} (In prom-client, the lateness of a timer.)`;

export const PROCESS_HELP = {
  cpu: 'CPU time spent by the process, user and system together.',
  start: 'Start of the process, of several the oldest that runs, in seconds since 1970.',
  version: 'Version of Node.js, in the labels. The value is always 1.',
};
