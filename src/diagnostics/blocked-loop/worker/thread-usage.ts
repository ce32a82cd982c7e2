import { openSync, readSync } from 'node:fs';

/** What the kernel says of the main thread. */
export interface ThreadUsage {
  /** Milliseconds of CPU time. */
  readonly cpu: number;
  /** How often it gave up the processor by itself, to wait for something. */
  readonly waits: number;
  /** Whether it waits now, in a call of the system. */
  readonly isWaiting: boolean;
}

/** Reads the usage of the main thread of this process. */
export type UsageReader = () => ThreadUsage | undefined;

/** @returns a reader that gives `undefined` where the system does not say: anywhere but on Linux, and in some sandboxes. */
export function mainThreadUsage(): UsageReader {
  if (process.platform !== 'linux') return () => undefined;
  // The main thread has the number of its process.
  const directory = `/proc/self/task/${process.pid}`;
  const buffer = Buffer.alloc(4096);
  const files: number[] = [];
  const read = (index: number, name: string): string => {
    files[index] ??= openSync(`${directory}/${name}`, 'r');
    return buffer.toString('latin1', 0, readSync(files[index], buffer, 0, buffer.length, 0));
  };
  return () => {
    try {
      const nanoseconds = Number(read(0, 'schedstat').split(' ', 1)[0]);
      const status = read(1, 'status');
      const [, waits] = /^voluntary_ctxt_switches:\s*(\d+)/m.exec(status) ?? [];
      if (!(nanoseconds > 0) || waits === undefined) return undefined;
      return { cpu: nanoseconds / 1e6, waits: Number(waits), isWaiting: /^State:\s*[SD]/m.test(status) };
    } catch {
      return undefined;
    }
  };
}
