import { show } from '../../common/show-value.js';
import { MAX_LABEL_LENGTH, MAX_LABELS } from '../../metrics/series/labels.js';
import { REJECTED_SAMPLES } from '../../metrics/registry.messages.js';

export const BROKEN_HTTP_IGNORE = (given: unknown): string =>
  `The option http.ignore gave or threw ${show(given)}, and not true or false. The request counts. ${COUNTED_ALL}`;

export const BAD_HTTP_LABELS = (given: unknown): string =>
  `The option http.labels gave or threw ${show(given)}, which are no labels: at most ${MAX_LABELS} texts, numbers or ` +
  `booleans with names and texts of at most ${MAX_LABEL_LENGTH} characters. The request counts without them. ${COUNTED_ALL}`;

const COUNTED_ALL = `Such requests are counted in ${REJECTED_SAMPLES}, and warned of once.`;
