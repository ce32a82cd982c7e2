import { readFileSync } from 'node:fs';

/**
 * How many file descriptors this process may have open at once (`ulimit -n`), as far as is known. Reading it takes
 * 30 µs and a descriptor, so the last answer is kept.
 */
export class DescriptorLimit {
  private known: number | null = null;

  /** `null` where the platform does not say, and where there is no limit. */
  get value(): number | null {
    return this.known;
  }

  /** Asks once more: a limit may be changed while the process runs. Without an answer, the last one stands. */
  refresh(): void {
    try {
      this.known = parseLimits(readFileSync('/proc/self/limits', 'latin1'));
    } catch {
      // Not Linux, /proc is hidden, or no descriptor is left.
    }
  }
}

/** The soft limit of open files among the lines of `/proc/[pid]/limits`, see proc(5). */
export function parseLimits(limits: string): number | null {
  const [, soft] = /^Max open files\s+(\d+)\s/m.exec(limits) ?? [];
  return soft === undefined ? null : Number(soft);
}
