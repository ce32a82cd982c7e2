import { show } from '../../common/show-value.js';
import { MAX_LABEL_LENGTH, MAX_LABELS } from '../../metrics/series/labels.js';
import { REJECTED_SAMPLES } from '../../metrics/registry.js';

/** What the metrics of HTTP requests say of themselves. */
export const HTTP_HELP = {
  requests:
    'HTTP requests that have ended, by method, pattern of the route, and status that the client was sent.',
  duration: 'From the beginning of an HTTP request to the end of its answer.',
  responses: 'HTTP responses by the class of their status.',
  aborted: 'HTTP requests whose answer was not complete when the connection ended.',
  inFlight: 'HTTP requests that have begun and not ended.',
};

export const BROKEN_HTTP_IGNORE = (given: unknown): string =>
  `The option http.ignore gave or threw ${show(given)}, and not true or false. The request counts. ${COUNTED_ALL}`;

export const BAD_HTTP_LABELS = (given: unknown): string =>
  `The option http.labels gave or threw ${show(given)}, which are no labels: at most ${MAX_LABELS} texts, numbers or ` +
  `booleans with names and texts of at most ${MAX_LABEL_LENGTH} characters. The request counts without them. ${COUNTED_ALL}`;

const COUNTED_ALL = `Such requests are counted in ${REJECTED_SAMPLES}, and warned of once.`;
