import { show } from '../../common/show-value.js';
import { REJECTED_SAMPLES } from '../../metrics/registry.messages.js';
import { MAX_LABEL_LENGTH, MAX_LABELS } from '../../metrics/series/labels.js';

export const BROKEN_HTTP_IGNORE = (given: unknown): string =>
  `The option http.ignore returned or threw ${show(given)}; it must return true or false. The request is counted. ${COUNTED_ALL}`;

export const BAD_HTTP_LABELS = (given: unknown): string =>
  `The option http.labels returned or threw ${show(given)}; it must return an object of at most ${MAX_LABELS} labels, each a ` +
  `string, number or boolean, with names and values of at most ${MAX_LABEL_LENGTH} characters. The request is counted without ` +
  `these labels. ${COUNTED_ALL}`;

const COUNTED_ALL = `Each such request adds to ${REJECTED_SAMPLES}; this warning is logged once.`;
