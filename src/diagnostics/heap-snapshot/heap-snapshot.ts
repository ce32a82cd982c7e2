import type { Readable } from 'node:stream';
import { getHeapSnapshot } from 'node:v8';
import { readMemoryLimits } from './memory-headroom.js';
import { memoryShortage } from './memory-shortage.js';

/** A snapshot is refused, since it might take so much memory that the process is killed. */
export class HeapSnapshotRefusedError extends Error {
  override readonly name = 'HeapSnapshotRefusedError';
}

/**
 * A snapshot of the heap of this thread, as the text of a `.heapsnapshot` file. The event loop is blocked while it is made: for
 * about 60 s with 200 MB of small objects.
 *
 * @throws HeapSnapshotRefusedError if there may not be enough memory for it.
 */
export function takeHeapSnapshot(limits = readMemoryLimits()): Readable {
  const reason = memoryShortage(limits);
  if (reason !== undefined) throw new HeapSnapshotRefusedError(reason);
  return getHeapSnapshot();
}
