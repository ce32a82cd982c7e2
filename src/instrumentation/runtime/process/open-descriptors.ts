import { readdirSync, statSync } from 'node:fs';
import type { Clock } from '../../../common/clock.js';
import { realClock } from '../../../common/clock.js';
import { CostLimiter } from '../cost-limiter.js';

const DIRECTORY = '/proc/self/fd';

/** The two ways to count. Both throw where there is no such directory. */
const WAYS = {
  /** From Linux 6.2, the size of the directory is the count; before that, it is 0. */
  size: () => statSync(DIRECTORY).size,
  /** Reading the directory opens a descriptor, which is in the list too. */
  list: () => readdirSync(DIRECTORY).length - 1,
};

/** Counts the open file descriptors of this process. */
export class OpenDescriptors {
  private listed: number | null = null;
  private readonly limiter: CostLimiter;

  constructor(
    clock: Clock = realClock,
    private readonly ways = WAYS,
  ) {
    this.limiter = new CostLimiter(clock);
  }

  /**
   * @param limit how many descriptors the process may have open, if it is known.
   * @returns `null` where the platform does not provide it. Where the descriptors have to be listed, which takes 2 ms for
   * 1000 of them, it is the last count, renewed as often as the cost allows.
   */
  count(limit: number | null = null): number | null {
    const size = valueOf(this.ways.size);
    if (size === null || size > 0) return size;
    this.limiter.run(() => (this.listed = valueOf(this.ways.list, limit)));
    return this.listed;
  }
}

/** @param atLimit the value if the process has no descriptor left for counting. */
function valueOf(count: () => number, atLimit: number | null = null): number | null {
  try {
    return count();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EMFILE' ? atLimit : null;
  }
}
