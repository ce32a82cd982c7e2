import { beforeAll, describe, expect, it } from 'vitest';
import type { MetricsSnapshot } from '../../src/index.js';
import { present } from '../support/present.js';
import { linesOf } from '../support/scripts.js';

describe('the monitor in a worker thread', () => {
  let alone: MetricsSnapshot;
  let both: MetricsSnapshot;
  let ofThread: MetricsSnapshot;
  let after: MetricsSnapshot;
  let threadId: number;
  let rss: number;

  beforeAll(async () => {
    const [line] = (await linesOf('threads.mjs')) as [
      Record<string, MetricsSnapshot> & { threadId: number; rss: number },
    ];
    ({ threadId, rss } = line);
    [alone, both, ofThread, after] = [
      present(line.alone),
      present(line.both),
      present(line.ofThread),
      present(line.after),
    ];
  });

  it('is read with its process, whichever of the two is asked', () => {
    expect(alone.processes).toBeUndefined();
    for (const { counters } of [both, ofThread]) expect(counters.work).toBe(11);
    const states = (document: MetricsSnapshot) =>
      document.processes?.map(({ pid, thread, state }) => ({ pid, thread, state }));
    const { pid } = both.instance;
    const main = { pid, thread: null, state: 'ok' };
    const thread = { pid, thread: threadId, state: 'ok' };
    expect(states(both)).toEqual([main, thread]);
    expect(states(ofThread)).toEqual([thread, main]);
    expect(ofThread.instance.worker_id).toBe(threadId);
  });

  it('adds its heap, and nothing to the numbers of the process', () => {
    expect(both.gauges.heap_used_bytes).toBeGreaterThan(1.2 * present(alone.gauges.heap_used_bytes));
    expect(both.process.meminfo.rss_bytes).toBeLessThan(1.5 * rss);
    expect(both.process.num_fds).toBeLessThan(1.9 * present(alone.process.num_fds));
  });

  it('leaves its counts to the process when it is terminated', () => {
    expect(after.counters.work).toBe(11);
    expect(after.processes).toContainEqual(expect.objectContaining({ thread: threadId, state: 'ended' }));
    expect(after.process.cpu.user_time).toBeGreaterThanOrEqual(present(both.process.cpu.user_time));
  });
});
