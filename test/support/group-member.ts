import { onTestFinished } from 'vitest';
import { MetricsReader } from '../../src/metrics/collection/reader.js';
import { RegistrySource } from '../../src/metrics/source/registry-source.js';
import { GroupDirectory } from '../../src/processes/group/group-directory.js';
import { noFacts } from '../../src/processes/group/no-facts.js';
import { ProcessGroup } from '../../src/processes/group/process-group.js';
import { GroupSource } from '../../src/processes/group-source.js';
import { TestRegistry } from './registry.js';

/** Joins a group as one of its processes, without an application. It leaves when the test ends. */
export async function joinGroup(path: string) {
  const log: string[] = [];
  const registry = new TestRegistry();
  const local = new RegistrySource(registry, () => noFacts(process.pid, null));
  const listener = {
    onLeftOut: (_member: unknown, reason: string) => void log.push(reason),
    onKilled: () => void log.push('killed'),
  };
  const sink = { failure: (text: string) => void log.push(text), recovery: () => {} };
  const group = new ProcessGroup(local, new GroupDirectory(path), listener, sink);
  await group.join();
  let hasLeft = false;
  const leave = async () => {
    if (!hasLeft) await group.leave();
    hasLeft = true;
  };
  onTestFinished(leave);
  const reader = new MetricsReader(new GroupSource(local, group));
  const read = async (name = 'r') => (await reader.read(name)).metrics;
  return { registry, local, group, log, leave, read };
}
