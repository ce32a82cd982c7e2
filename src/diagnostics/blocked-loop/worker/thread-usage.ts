import type { TaskFiles } from './task-files.js';

/** What the kernel says of the thread to watch. */
export interface ThreadUsage {
  /** Milliseconds of CPU time. */
  readonly cpu: number;
  /** How often it gave up the processor by itself, to wait for something. */
  readonly waits: number;
  /** Whether it waits now, in a call of the system. */
  readonly isWaiting: boolean;
}

/** Gives `undefined` where the system does not say: anywhere but on Linux, and in some sandboxes. */
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
