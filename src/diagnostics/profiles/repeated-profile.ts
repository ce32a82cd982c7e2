import type { ProfileFormat, TableOptions } from './profile-format.js';
import type { ProfileKind } from './profiler.js';

/** A profile that is taken repeatedly and stored as captures. */
export interface RepeatedProfile {
  readonly kind: ProfileKind;
  /** The length of each profile. */
  readonly seconds: number;
  /** From the end of a profile to the beginning of the next one, in seconds. */
  readonly pause: number;
  readonly format: ProfileFormat;
  readonly table: TableOptions;
}
