import type { TaskFiles } from './task-files.js';

/** The kernel's statistics of the thread to watch. */
export interface ThreadUsage {
  /** Milliseconds of CPU time. */
  readonly cpu: number;
  /** Number of voluntary context switches: how often it gave up the CPU to wait for something. */
  readonly waits: number;
  /** Whether it is waiting in a system call now. */
  readonly isWaiting: boolean;
}

/** Returns `undefined` if the system does not provide them: on anything but Linux, and in some sandboxes. */
export type UsageReader = () => ThreadUsage | undefined;

export function usageReader(task: TaskFiles | undefined): UsageReader {
  return () => {
    try {
      if (task === undefined) return undefined;
      const nanoseconds = Number(task.read('schedstat').split(' ', 1)[0]);
      const status = task.read('status');
      const [, waits] = /^voluntary_ctxt_switches:\s*(\d+)/m.exec(status) ?? [];
      if (!(nanoseconds > 0) || waits === undefined) return undefined;
      return { cpu: nanoseconds / 1e6, waits: Number(waits), isWaiting: /^State:\s*[SD]/m.test(status) };
    } catch {
      return undefined;
    }
  };
}
