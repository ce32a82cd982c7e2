import type { DocumentFacts } from '../../metrics/collection/snapshot.js';

/** The facts of a process that has not sent any. */
export function noFacts(pid: number, thread: number | null): DocumentFacts {
  return {
    process: {
      uptime: null,
      num_fds: null,
      max_fds: null,
      meminfo: { rss_bytes: null, vsz_bytes: null },
      cpu: { user_time: null, system_time: null, percent: null, num_threads: null },
    },
    instance: {
      pid,
      hostname: null,
      start_time: new Date(0).toISOString(),
      node_version: process.version,
      worker_id: thread,
    },
    eventloop_blocks: [],
  };
}
