import type { ProfileKind } from './profiler.js';

/** The longest profile, in seconds. */
export const MAX_SECONDS = 60;

/** Default length of a profile, in seconds: allocations are sampled more coarsely. */
export const DEFAULT_SECONDS: Readonly<Record<ProfileKind, number>> = { cpu: 10, allocations: 30 };

/** The parameters of a profile. */
export interface ProfileRequest {
  /** From 0.1 to 60. Default: 10 for a CPU profile, 30 for allocations. */
  seconds?: number;
  /** Ends the profile early. The call rejects then. */
  signal?: AbortSignal;
}
