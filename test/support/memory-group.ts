import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A memory control group, as a container has one. */
export interface MemoryGroup {
  /** Starts a command in it. */
  readonly launcher: string[];
  /** The most memory that it had so far, as a share of its limit. */
  peak(): number;
}

let count = 0;

/**
 * Makes a control group for one process, below that of the tests.
 *
 * @returns `undefined` where that is not possible: it needs root, and the memory controller.
 */
export function limitedGroup(bytes: number): MemoryGroup | undefined {
  for (const { parent, limit, peak } of hierarchies()) {
    const directory = join(parent, `nestjs-monitor-test-${process.pid}-${count++}`);
    try {
      mkdirSync(directory);
      onTestFinished(() => removeWhenEmpty(directory));
      writeFileSync(join(directory, limit), String(bytes));
    } catch {
      continue;
    }
    return {
      launcher: ['/bin/sh', '-c', `echo $$ > ${directory}/cgroup.procs && exec "$@"`, 'sh'],
      peak: () => Number(readFileSync(join(directory, peak), 'utf8')) / bytes,
    };
  }
  return undefined;
}

interface Hierarchy {
  readonly parent: string;
  /** The names of its files. */
  readonly limit: string;
  readonly peak: string;
}

function hierarchies(): Hierarchy[] {
  const groups = readFileSync('/proc/self/cgroup', 'utf8');
  const [, first] = /^\d+:memory:(\/.*)$/m.exec(groups) ?? [];
  const [, second] = /^0::(\/.*)$/m.exec(groups) ?? [];
  return [
    ...(first === undefined
      ? []
      : [
          {
            parent: join('/sys/fs/cgroup/memory', first),
            limit: 'memory.limit_in_bytes',
            peak: 'memory.max_usage_in_bytes',
          },
        ]),
    ...(second === undefined
      ? []
      : [{ parent: join('/sys/fs/cgroup', second), limit: 'memory.max', peak: 'memory.peak' }]),
  ];
}

function removeWhenEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // Its last process has not been removed yet, or the directory was never created.
  }
}
