import type { Readable } from 'node:stream';
import { getHeapSnapshot } from 'node:v8';
import type { MemoryLimits } from './memory-headroom.js';
import { readMemoryLimits } from './memory-headroom.js';

/** Bytes that a snapshot takes for each byte of the heap at worst, which is with many small objects. */
const BYTES_PER_HEAP_BYTE = 15;

/** A snapshot is refused, since the process might be killed for the memory that it takes. */
export class HeapSnapshotRefusedError extends Error {
  override readonly name = 'HeapSnapshotRefusedError';
}

/**
 * @returns why a snapshot may take more memory than there is, with the arithmetic; `undefined` if there is enough.
 */
export function refusal(limits: MemoryLimits): string | undefined {
  const { group, free, available, process: ofProcess, rss, heapUsed } = limits;
  const headroom = Math.min(Math.min(group, free) - rss, available, ofProcess);
  const needed = BYTES_PER_HEAP_BYTE * heapUsed;
  if (headroom > needed) return undefined;
  const parts = [
    `${megabytes(Math.min(group, free) - rss)} is the smaller of the memory limit of the container (${megabytes(group)}) and the free memory of the machine (${megabytes(free)}), less the ${megabytes(rss)} that this process has already`,
    `${megabytes(available)} is what the container has left`,
    `${megabytes(ofProcess)} is what ulimit leaves`,
  ].filter((part) => !part.startsWith('unlimited'));
  return (
    `A heap snapshot takes up to ${BYTES_PER_HEAP_BYTE} times the heap: ${BYTES_PER_HEAP_BYTE} x ${megabytes(heapUsed)} = ` +
    `${megabytes(needed)}, and there are ${megabytes(headroom)} (${parts.join('; ')}). ` +
    'It is not taken, since the process might be killed for it.'
  );
}

/**
 * A snapshot of the heap of this thread, as the text of a file `.heapsnapshot`. The event loop stands still while it is made:
 * some 60 s for 200 MB of small objects.
 *
 * @throws HeapSnapshotRefusedError if there may not be enough memory for it.
 */
export function takeHeapSnapshot(limits = readMemoryLimits()): Readable {
  const reason = refusal(limits);
  if (reason !== undefined) throw new HeapSnapshotRefusedError(reason);
  return getHeapSnapshot();
}

function megabytes(bytes: number): string {
  return bytes === Infinity ? 'unlimited' : `${Math.round(bytes / 1e6)} MB`;
}
