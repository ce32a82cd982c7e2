import { describeThrown } from '../../common/show-value.js';
import type { CollectorTexts } from './collectors.js';

export const COLLECTOR_TEXTS: CollectorTexts = {
  failed: (collector, thrown) =>
    `${collector} failed, and the document is made without what it would have said. Such calls are counted in ` +
    `monitor_failed_collects; this collector is warned of once. It was: ${describeThrown(thrown).message}`,
  timedOut: (ms) => `not finished after ${ms} ms, and not called again until it is`,
};
