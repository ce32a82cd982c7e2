import type { Readable } from 'node:stream';
import { getHeapSnapshot } from 'node:v8';
import { readMemoryLimits } from './memory-headroom.js';
import { memoryShortage } from './memory-shortage.js';

/** A snapshot is refused, since the process might be killed for the memory that it takes. */
export class HeapSnapshotRefusedError extends Error {
  override readonly name = 'HeapSnapshotRefusedError';
}

/**
 * A snapshot of the heap of this thread, as the text of a file `.heapsnapshot`. The event loop stands still while it is made:
 * some 60 s for 200 MB of small objects.
 *
 * @throws HeapSnapshotRefusedError if there may not be enough memory for it.
 */
export function takeHeapSnapshot(limits = readMemoryLimits()): Readable {
  const reason = memoryShortage(limits);
  if (reason !== undefined) throw new HeapSnapshotRefusedError(reason);
  return getHeapSnapshot();
}
