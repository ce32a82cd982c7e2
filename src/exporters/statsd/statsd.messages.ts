export const NOT_WRAPPED =
  'A statsdPublisher() reads the numbers of the monitor and not the document, so its publish() cannot be called by another ' +
  'publisher. Hand it to the option "publisher" as it is, in an array if there are several.';

/** For which an optional package is needed. */
export const PURPOSE = 'statsdPublisher() of nestjs-monitor/statsd';
