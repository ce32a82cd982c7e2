import { onTestFinished } from 'vitest';
import { MetricsReader } from '../../src/metrics/collection/reader.js';
import { RegistrySource } from '../../src/metrics/source/registry-source.js';
import { GroupDirectory } from '../../src/processes/group/group-directory.js';
import { noFacts } from '../../src/processes/group/no-facts.js';
import { ProcessGroup } from '../../src/processes/group/process-group.js';
import { GroupSource } from '../../src/processes/group-source.js';
import { endAbruptly } from './killed-member.js';
import { TestRegistry } from './registry.js';

/**
 * Joins a group as one of its processes, without an application. It leaves when the test ends.
 *
 * @param hostname that it tells the others, as if it ran in a container.
 */
export async function joinGroup(path: string, hostname: string | null = null) {
  const log: string[] = [];
  const registry = new TestRegistry();
  const facts = noFacts(process.pid, null);
  facts.instance.hostname = hostname;
  const local = new RegistrySource(registry, () => facts);
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
  /** Ends as a killed process does: nothing is saved any more, and its socket is left behind. */
  const kill = async () => {
    hasLeft = true;
    await endAbruptly(group);
  };
  onTestFinished(leave);
  const source = new GroupSource(local, group);
  const reader = new MetricsReader(source);
  const read = async (name = 'r') => (await reader.read(name)).metrics;
  return { registry, local, group, source, reader, log, leave, kill, read };
}
