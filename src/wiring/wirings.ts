import { ACCESS } from './access.wiring.js';
import { DIAGNOSTICS } from './diagnostics.wiring.js';
import { ENDPOINT } from './endpoint.wiring.js';
import { HISTORY } from './history.wiring.js';
import { INSTRUMENTATION } from './instrumentation.wiring.js';
import { METRICS } from './metrics.wiring.js';
import { PROCESSES } from './processes.wiring.js';
import type { Wiring } from './wiring.js';
import { WORK } from './work.wiring.js';

/**
 * To add a feature with providers of its own, you need:
 *
 * 1. `src/<folder>/`: the feature. `.dependency-cruiser.mjs` defines what it may import.
 * 2. `src/wiring/<folder>.wiring.ts`: its providers, and which of them the publishers and the controllers may inject.
 * 3. Here: one line. The order is the one in which they start.
 */
export const WIRINGS: readonly Wiring[] = [
  METRICS,
  DIAGNOSTICS,
  INSTRUMENTATION,
  WORK,
  ACCESS,
  ENDPOINT,
  HISTORY,
  PROCESSES,
];
