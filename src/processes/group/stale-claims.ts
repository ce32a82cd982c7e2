import type { Clock } from '../../common/clock.js';
import { realClock } from '../../common/clock.js';
import { ownerOfClaim } from './window-claims.js';

/**
 * Milliseconds after which the claim files of merged members are removed. Until then, a process that has read the directory before
 * they were merged could claim a window again that was delivered or merged.
 */
const STALE_AFTER = 60_000;

/** Milliseconds after a read of the directory in which a claim of a member in it is valid. */
export const CLAIM_TIMEOUT = STALE_AFTER / 2;

/** The claim files of members that were merged. */
export class StaleClaims {
  private since = new Map<string, number>();

  constructor(private readonly clock: Clock = realClock) {}

  /**
   * Updates the list.
   *
   * @param names of all files.
   * @param isPresent whether this owner of claims is not merged.
   * @returns those that are to be removed.
   */
  update(names: readonly string[], isPresent: (owner: string) => boolean): string[] {
    const now = this.clock();
    const since = new Map<string, number>();
    for (const name of names) {
      const owner = ownerOfClaim(name);
      if (owner !== undefined && !isPresent(owner)) since.set(name, this.since.get(name) ?? now);
    }
    this.since = since;
    return [...since].flatMap(([name, at]) => (now - at > STALE_AFTER ? [name] : []));
  }
}
