import type { EventLoopBlock } from '../collection/event-loop-block.js';
import { KEPT_BLOCKS } from '../collection/event-loop-blocks.js';
import type { DocumentFacts, ProcessMetrics } from '../collection/snapshot.js';
import { exactSum } from './exact-sum.js';
import { processKey } from './process-identity.js';

type Numbers = readonly (number | null)[];

/** Seconds of CPU. */
export interface CpuTimes {
  readonly user: number;
  readonly system: number;
}

/**
 * Merges the facts of several sources: the process sections of all processes (each process counts once, even if several of
 * its threads are sources), the instance of the first source, and the last blocks of all event loops.
 *
 * @param ended the CPU times of processes that have ended. They stay part of the totals, which must not fall.
 */
export function mergeFacts(facts: readonly DocumentFacts[], ended: readonly CpuTimes[] = []): DocumentFacts {
  const [first] = facts;
  if (first === undefined) throw new RangeError('There is nothing to merge.');
  const processes = [
    ...new Map(facts.toReversed().map(({ instance, process }) => [processKey(instance), process])).values(),
  ];
  return {
    process: mergeProcesses(processes.toReversed(), ended),
    instance: first.instance,
    eventloop_blocks: mergeBlocks(facts),
  };
}

/** The last blocks of all of them, newest first. */
function mergeBlocks(facts: readonly DocumentFacts[]): EventLoopBlock[] {
  return facts
    .flatMap(({ eventloop_blocks: blocks, instance: { pid } }) =>
      facts.length === 1 ? blocks : blocks.map((block) => ({ ...block, process: block.process ?? pid })),
    )
    .sort((a, b) => b.time.localeCompare(a.time))
    .slice(0, KEPT_BLOCKS);
}

function mergeProcesses(processes: readonly ProcessMetrics[], ended: readonly CpuTimes[]): ProcessMetrics {
  const sum = (read: (process: ProcessMetrics) => number | null) => sumOf(processes.map(read));
  return {
    uptime: highestOf(processes.map(({ uptime }) => uptime)),
    num_fds: sum(({ num_fds }) => num_fds),
    max_fds: sum(({ max_fds }) => max_fds),
    meminfo: {
      rss_bytes: sum(({ meminfo }) => meminfo.rss_bytes),
      vsz_bytes: sum(({ meminfo }) => meminfo.vsz_bytes),
    },
    cpu: {
      user_time: sumOf([...processes.map(({ cpu }) => cpu.user_time), ...ended.map(({ user }) => user)]),
      system_time: sumOf([
        ...processes.map(({ cpu }) => cpu.system_time),
        ...ended.map(({ system }) => system),
      ]),
      percent: sum(({ cpu }) => cpu.percent),
      num_threads: sum(({ cpu }) => cpu.num_threads),
    },
  };
}

/** `null` if no source has it. */
function sumOf(values: Numbers): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : exactSum(known);
}

function highestOf(values: Numbers): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}
