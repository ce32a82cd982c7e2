import { readdirSync, statSync } from 'node:fs';
import type { Clock } from '../../../common/clock.js';
import { realClock } from '../../../common/clock.js';
import { CostLimiter } from '../cost-limiter.js';

const DIRECTORY = '/proc/self/fd';

/** The two ways to count, both of which throw where there is no such directory. */
const WAYS = {
  /** Since Linux 6.2 the size of the directory is the count; before, it is 0. */
  size: () => statSync(DIRECTORY).size,
  /** Listing the directory opens it, and lists that descriptor too. */
  list: () => readdirSync(DIRECTORY).length - 1,
};

/** Counts the file descriptors that this process has open. */
export class OpenDescriptors {
  private listed: number | null = null;
  private readonly sparing: CostLimiter;

  constructor(
    clock: Clock = realClock,
    private readonly ways = WAYS,
  ) {
    this.sparing = new CostLimiter(clock);
  }

  /**
   * @returns `null` where the platform cannot say. Where they have to be listed, which takes 2 ms with 1000 of them, it is
   * the last count until there may be another one.
   */
  count(): number | null {
    const size = valueOf(this.ways.size);
    if (size === null || size > 0) return size;
    this.sparing.run(() => (this.listed = valueOf(this.ways.list)));
    return this.listed;
  }
}

function valueOf(count: () => number): number | null {
  try {
    return count();
  } catch {
    return null;
  }
}
