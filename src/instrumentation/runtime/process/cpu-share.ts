import type { Clock } from '../../../common/clock.js';
import { realClock } from '../../../common/clock.js';

/** Milliseconds of CPU that the process has used, on all cores. The runtime knows it on every platform. */
function usedCpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * How much CPU the process used between the last two samples. Whoever reads it changes nothing of it: a second reader
 * does not make the stretch of the first one shorter.
 *
 * It comes from the runtime, which never fails to know it on any platform, for a microsecond and to the millisecond.
 * pidusage, which the monitor has for other figures, would start a `ps` for each sample where there is no /proc, and gets
 * whole seconds of CPU from it on most systems; and its one history for each process is shared with all who ask it.
 */
export class CpuShare {
  private last: { at: number; used: number } | undefined;
  private share: number | null = null;

  constructor(
    private readonly clock: Clock = realClock,
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
