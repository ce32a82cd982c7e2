import type { HeapProfiler } from 'node:inspector';
import type { ProfileNode, ProfileTree } from './profile-tree.js';
import { nodeOf } from './profile-tree.js';

/** A profile of allocations in V8's own format, which Chrome DevTools and speedscope open as a file `.heapprofile`. */
export type AllocationProfile = HeapProfiler.SamplingHeapProfile;

/** Bytes between two samples: fine enough for a profile of some seconds. */
export const ALLOCATION_SAMPLING_INTERVAL = 32 * 1024;

/**
 * @param startTime when it began, in milliseconds since 1970.
 * @param duration milliseconds.
 */
export function allocationTree(profile: AllocationProfile, startTime: number, duration: number): ProfileTree {
  const build = (node: HeapProfiler.SamplingHeapProfileNode): ProfileNode =>
    nodeOf(node.callFrame, node.selfSize, node.children.map(build));
  return {
    measure: { type: 'alloc_space', unit: 'bytes' },
    startTime,
    duration,
    period: ALLOCATION_SAMPLING_INTERVAL,
    roots: profile.head.children.map(build),
  };
}
