import { show } from '../common/show-value.js';
import { MAX_NAME_LENGTH } from './series/cardinality-limiter.js';
import { MAX_LABEL_LENGTH, MAX_LABELS } from './series/labels.js';
import { OVERFLOWED_SAMPLES, REJECTED_SAMPLES } from './registry.js';
import type { RejectionReason } from './series/cardinality-limiter.js';
import type { RegistryTexts } from './registry-options.js';

export const REGISTRY_TEXTS: RegistryTexts = {
  refused: (name, refusal, maxSeries) =>
    `A sample for ${show(name)} was dropped: ${REFUSALS[refusal](maxSeries)}. ${COUNTED}`,
  badValue: (name, value) =>
    `A sample for ${show(name)} was dropped, for it is ${show(value)}: a sample is a finite number, and what is ` +
    `added to a counter is not negative. ${COUNTED}`,
  badDescription: (name, description) =>
    `describe(${show(name)}, ${show(description)}) was ignored: help and unit are texts of at most 1000 characters, ` +
    `buckets 1 to 200 ascending numbers, for a metric that does not exist yet. It is counted in ${REJECTED_SAMPLES}.`,
  overflow: (name, maxSeries) =>
    `The metric ${show(name)} has more label sets than there is room for (maxSeries = ${maxSeries}, half of it for one ` +
    `metric). Further ones go to its {overflow="true"} series, and are counted in ${OVERFLOWED_SAMPLES}. Does a label ` +
    'differ from request to request?',
};

const REFUSALS: Record<RejectionReason, (maxSeries: number) => string> = {
  'bad name': () => `a name is a string of 1 to ${MAX_NAME_LENGTH} characters`,
  'bad labels': () =>
    `labels are an object of at most ${MAX_LABELS} texts, numbers or booleans, with names and texts of at most ` +
    `${MAX_LABEL_LENGTH} characters`,
  'other kind': () => 'the name is that of a metric of another kind (counter, gauge or histogram)',
  'no room': (maxSeries) =>
    `there are maxSeries = ${maxSeries} series already, and perhaps something that differs from request to request in the name`,
};

const COUNTED = `Such samples are counted in ${REJECTED_SAMPLES}; this name is warned of once.`;
