import type { MemoryLimits } from './memory-headroom.js';

/** Bytes that a finished snapshot takes for each byte of the heap in the worst case: many small objects. */
const BYTES_PER_HEAP_BYTE = 15;

/**
 * Factor for the peak while it is made: V8 doubles the tables of a snapshot when they are full, and then holds both the old and
 * the new one. Just after that, 24 bytes for each byte of the heap were measured.
 */
const RESERVE = 2;

/**
 * @returns why a heap snapshot may take more memory than there is, with the calculation; `undefined` if there is enough.
 */
export function memoryShortage(limits: MemoryLimits): string | undefined {
  const { group, free, available, process: ofProcess, rss, heapUsed } = limits;
  const headroom = Math.min(Math.min(group, free) - rss, available, ofProcess);
  const kept = BYTES_PER_HEAP_BYTE * heapUsed;
  const needed = RESERVE * kept;
  if (headroom > needed) return undefined;
  const parts = [
    `${megabytes(Math.min(group, free) - rss)} is the smaller of the memory limit of the container (${megabytes(group)}) and the free memory of the machine (${megabytes(free)}), less the ${megabytes(rss)} that this process has already`,
    `${megabytes(available)} is what the container has left`,
    `${megabytes(ofProcess)} is what ulimit leaves`,
  ].filter((part) => !part.startsWith('unlimited'));
  return (
    `A heap snapshot takes up to ${BYTES_PER_HEAP_BYTE} times the heap: ${BYTES_PER_HEAP_BYTE} x ${megabytes(heapUsed)} = ` +
    `${megabytes(kept)}; and as much again while its tables grow: ${megabytes(needed)} in all. ` +
    `There are ${megabytes(headroom)} (${parts.join('; ')}). ` +
    'It is not taken, since the process might be killed for it.'
  );
}

function megabytes(bytes: number): string {
  return bytes === Infinity ? 'unlimited' : `${Math.round(bytes / 1e6)} MB`;
}
