export const BAD_HISTORY_QUERY =
  'Read the history as ?last=SECONDS&since=MILLISECONDS&series=NAMES: "last" is a number of seconds before now; "since" is a time ' +
  'in milliseconds since 1970; "series" has at most 100 names of metrics or series, separated by commas, with "*" at the end for ' +
  'all that begin so.\n';

export const BAD_AFTER =
  'Continue as ?after=NUMBER, which is the "sequence" of a history or the "id" of an event.\n';

export const NOT_STARTED = 'The application is starting. Try again later.\n';

export const TOO_MANY_CLIENTS = (clients: number): string =>
  `There are ${clients} clients already, as many as there may be. Try again later.\n`;
