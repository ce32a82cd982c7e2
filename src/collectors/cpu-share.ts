import type { Clock } from '../metrics/clock.js';
import { monotonicClock } from '../metrics/clock.js';

/** Milliseconds of CPU that the process has used, on all cores. The runtime knows it on every platform. */
function usedCpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * How much CPU the process used between the last two samples. Whoever reads it changes nothing of it: a second reader
 * does not make the stretch of the first one shorter.
 */
export class CpuShare {
  private last: { at: number; used: number } | undefined;
  private share: number | null = null;

  constructor(
    private readonly clock: Clock = monotonicClock,
    private readonly used: () => number = usedCpu,
  ) {}

  /** In percent of one core; `null` as long as there are no two samples. */
  get percent(): number | null {
    return this.share;
  }

  sample(): void {
    const now = { at: this.clock(), used: this.used() };
    const { last } = this;
    // Two samples at one moment say nothing: the stretch goes on.
    if (last !== undefined && now.at <= last.at) return;
    if (last !== undefined) this.share = (100 * (now.used - last.used)) / (now.at - last.at);
    this.last = now;
  }
}
