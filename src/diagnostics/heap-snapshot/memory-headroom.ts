import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';

/** How much memory there is, in bytes. A limit that there is not is `Infinity`. */
export interface MemoryLimits {
  /** Of the control group, which a container is. */
  readonly group: number;
  /** That the machine can give. */
  readonly free: number;
  /** That the control group can still give, the memory of its other processes taken off. */
  readonly available: number;
  /** Of the address space and the data segment, as `ulimit` sets them, beyond what is used. */
  readonly process: number;
  /** That is used by this process. */
  readonly rss: number;
  /** Of the heap of this thread. */
  readonly heapUsed: number;
}

export function readMemoryLimits(): MemoryLimits {
  const group = process.constrainedMemory();
  const { availableMemory } = process as { availableMemory?: () => number };
  const { rss, heapUsed } = process.memoryUsage();
  return {
    // Without a limit, Node says 0 or a number without meaning.
    group: group === undefined || group === 0 || group > 2 ** 50 ? Infinity : group,
    free: freemem(),
    available: availableMemory?.() ?? Infinity,
    process: processHeadroom(),
    rss,
    heapUsed,
  };
}

function processHeadroom(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    const status = readFileSync('/proc/self/status', 'utf8');
    return Math.min(
      headroom(limits, 'Max address space', status, 'VmSize'),
      headroom(limits, 'Max data size', status, 'VmData'),
    );
  } catch {
    // Not on Linux.
    return Infinity;
  }
}

function headroom(limits: string, limit: string, status: string, usage: string): number {
  const [, bytes] = new RegExp(`^${limit}\\s+(\\d+)`, 'm').exec(limits) ?? [];
  const [, kilobytes] = new RegExp(`^${usage}:\\s+(\\d+) kB`, 'm').exec(status) ?? [];
  return bytes === undefined ? Infinity : Number(bytes) - Number(kilobytes ?? 0) * 1024;
}
