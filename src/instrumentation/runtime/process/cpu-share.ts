import type { Clock } from '../../../common/clock.js';
import { realClock } from '../../../common/clock.js';

/** Milliseconds of CPU that the process has used, on all cores. */
function usedCpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * The CPU that the process used between the last two samples. Reads do not sample, so they do not affect each other.
 *
 * It comes from `process.cpuUsage()`, which takes 1 µs on every platform. pidusage would start a `ps` for each sample where
 * there is no /proc, gets whole seconds of CPU from it on most systems, and shares its history with the application.
 */
export class CpuShare {
  private last: { at: number; used: number } | undefined;
  private share: number | null = null;

  constructor(
    private readonly clock: Clock = realClock,
    private readonly used: () => number = usedCpu,
  ) {}

  /** In percent of one core; `null` until there are two samples. */
  get percent(): number | null {
    return this.share;
  }

  sample(): void {
    const now = { at: this.clock(), used: this.used() };
    const { last } = this;
    // Two samples at the same moment: the interval continues.
    if (last !== undefined && now.at <= last.at) return;
    if (last !== undefined) this.share = (100 * (now.used - last.used)) / (now.at - last.at);
    this.last = now;
  }
}
