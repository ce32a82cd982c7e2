import type { Profiler } from 'node:inspector';
import type { ProfileNode, ProfileTree } from './profile-tree.js';
import { nodeOf } from './profile-tree.js';

/** A CPU profile in V8's own format, which Chrome DevTools and speedscope open as a file `.cpuprofile`. */
export type CpuProfile = Profiler.Profile;

/** Microseconds between two samples. */
export const CPU_SAMPLING_INTERVAL = 1000;

/** V8's names for the root, and for the time in which the thread was idle. */
const [ROOT, IDLE] = ['(root)', '(idle)'];

/** @param startTime when it began, in milliseconds since 1970. */
export function cpuProfileTree(profile: CpuProfile, startTime: number): ProfileTree {
  const self = selfTimes(profile);
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const build = (id: number): ProfileNode | undefined => {
    const node = nodes.get(id);
    if (node === undefined || node.callFrame.functionName === IDLE) return undefined;
    return nodeOf(node.callFrame, self.get(id) ?? 0, (node.children ?? []).map(build).filter(isDefined));
  };
  const root = profile.nodes.find(({ callFrame }) => callFrame.functionName === ROOT);
  return {
    measure: { type: 'cpu', unit: 'nanoseconds' },
    startTime,
    duration: (profile.endTime - profile.startTime) / 1000,
    period: CPU_SAMPLING_INTERVAL * 1000,
    roots: (root?.children ?? []).map(build).filter(isDefined),
  };
}

/** Nanoseconds of each node by its id: for each of its samples, the time until the next sample. */
function selfTimes({ samples = [], timeDeltas = [], startTime, endTime }: CpuProfile): Map<number, number> {
  const times = new Map<number, number>();
  let at = startTime;
  const ends = timeDeltas.map((delta) => (at += delta));
  samples.forEach((id, i) => {
    const microseconds = Math.max(0, (ends[i + 1] ?? endTime) - (ends[i] ?? startTime));
    times.set(id, (times.get(id) ?? 0) + microseconds * 1000);
  });
  return times;
}

function isDefined<T>(value: T | undefined): value is T {
  return value !== undefined;
}
