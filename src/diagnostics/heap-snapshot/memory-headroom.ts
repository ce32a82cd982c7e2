import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { residentSize } from '../../common/resident-size.js';

/** Available memory and its limits, in bytes. A limit that does not exist is `Infinity`. */
export interface MemoryLimits {
  /** The limit of the control group, such as a container. */
  readonly group: number;
  /** The free memory of the machine. */
  readonly free: number;
  /** What the control group has left, with the memory of its other processes subtracted too. */
  readonly available: number;
  /** What `ulimit` leaves of the address space and the data segment, whichever is less. */
  readonly process: number;
  /** The resident memory of this process. */
  readonly rss: number;
  /** The used heap of this thread. */
  readonly heapUsed: number;
}

export function readMemoryLimits(): MemoryLimits {
  const group = process.constrainedMemory();
  const { availableMemory } = process as { availableMemory?: () => number };
  return {
    // Without a limit, Node returns 0 or a meaningless large number.
    group: group === undefined || group === 0 || group > 2 ** 50 ? Infinity : group,
    free: freemem(),
    available: availableMemory?.() ?? Infinity,
    process: processHeadroom(),
    rss: residentSize(),
    heapUsed: process.memoryUsage().heapUsed,
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
