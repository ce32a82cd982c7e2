export const NOT_WRAPPED =
  'A statsdPublisher() reads the numbers of the monitor and not the document, so its publish() cannot be called by another ' +
  'publisher. Hand it to the option "publisher" as it is, in an array if there are several.';

/** Names what needs the optional package, in the error about a missing package. */
export const PURPOSE = 'statsdPublisher() of nestjs-monitor/statsd';
