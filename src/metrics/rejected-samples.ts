import { ownCopy } from '../common/own-copy.js';
import type { CountedWarnings } from './counted-warnings.js';
import * as messages from './registry.messages.js';
import { isMetricName } from './series/cardinality-limiter.js';
import type { SeriesHome } from './series/family.js';
import type { Refusal } from './series/refusal.js';

/** All invalid names share one warning. */
const INVALID_NAME = '';

/** Counts everything that the registry rejects, and logs it once for each name and mistake. */
export class RejectedSamples {
  constructor(private readonly warnings: CountedWarnings) {}

  /**
   * Counts one sample.
   *
   * @param describe returns the text of the warning.
   * @param mistake identifies it among the mistakes under the same name.
   */
  add(name: unknown, describe: () => string, mistake: string): void {
    this.warnings.add(keyOf(name, mistake), describe);
  }

  /** Logs without counting. */
  warn(name: unknown, describe: () => string, mistake: string): void {
    this.warnings.warn(keyOf(name, mistake), describe);
  }

  /** A value that the series of a metric does not accept. */
  addValue(name: string, value: unknown): void {
    this.add(name, () => messages.BAD_VALUE(name, value), 'bad value');
  }

  /** An invalid exemplar. Its value is recorded, so nothing is counted. */
  warnOfExemplar(name: string, given: unknown): void {
    this.warn(name, () => messages.BAD_EXEMPLAR(name, given), 'bad exemplar');
  }

  /** A sample of a series that was refused. */
  addRefused(name: string, refusal: Refusal): void {
    this.add(name, () => messages.SAMPLE_REFUSED(name, refusal), refusal.reason);
  }

  /** The home for the handle of a refused series, which counts each dropped sample. The refusal is logged at once. */
  homeOfRefused(name: string, refusal: Refusal): SeriesHome {
    const describe = () => messages.HANDLE_REFUSED(name, refusal);
    this.warn(name, describe, refusal.reason);
    return { name, refuse: () => this.add(name, describe, refusal.reason), refuseExemplar: () => {} };
  }
}

function keyOf(name: unknown, mistake: string): string {
  return `${mistake} ${isMetricName(name) ? ownCopy(name) : INVALID_NAME}`;
}
