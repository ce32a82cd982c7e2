import { readFileSync } from 'node:fs';

/**
 * The limit of open file descriptors of this process (`ulimit -n`). Reading it takes 30 µs and a descriptor, so the last value
 * is kept.
 */
export class DescriptorLimit {
  private known: number | null = null;

  /** `null` without /proc, and where there is no limit. */
  get value(): number | null {
    return this.known;
  }

  /** Reads it again, since a limit may be changed while the process runs. If that fails, the last value stays. */
  refresh(): void {
    try {
      this.known = parseLimits(readFileSync('/proc/self/limits', 'latin1'));
    } catch {
      // Not Linux, /proc is hidden, or there is no descriptor left.
    }
  }
}

/** The soft limit of open files in `/proc/[pid]/limits`, see proc(5). */
function parseLimits(limits: string): number | null {
  const [, soft] = /^Max open files\s+(\d+)\s/m.exec(limits) ?? [];
  return soft === undefined ? null : Number(soft);
}
