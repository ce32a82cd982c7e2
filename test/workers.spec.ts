import { beforeAll, describe, expect, it } from 'vitest';
import type { MetricsSnapshot } from '../src/index.js';
import { linesOf } from './support/scripts.js';

describe('in a worker thread', () => {
  let main: MetricsSnapshot;
  let worker: MetricsSnapshot & { threadId: number };
  let code: number;

  beforeAll(async () => {
    const [line] = await linesOf('worker.mjs');
    ({ main, worker, code } = line as { main: typeof main; worker: typeof worker; code: number });
  });

  it('the document says which one it is about', () => {
    expect(main.instance.worker_id).toBeNull();
    expect(worker.instance.worker_id).toBe(worker.threadId);
    expect(worker.instance.worker_id).toBeGreaterThan(0);
    expect(worker.instance.pid).toBe(main.instance.pid);
    expect(
      Math.abs(Date.parse(worker.instance.start_time) - Date.parse(main.instance.start_time)),
    ).toBeLessThan(50);
  });

  it('the process is the whole process, the CPU of all its threads included', () => {
    expect(worker.process.uptime).toBeGreaterThan(0.5);
    // Each learns by itself, to some hundredths of a second, when the process began.
    expect(Math.abs(main.process.uptime! - worker.process.uptime!)).toBeLessThan(5);
    expect(worker.process.num_fds).toBeGreaterThan(0);
    expect(worker.process.cpu.num_threads).toBeGreaterThan(5);
    // What the worker has worked.
    expect(main.process.cpu.user_time).toBeGreaterThanOrEqual(worker.process.cpu.user_time!);
    expect(worker.process.cpu.user_time).toBeGreaterThan(0.1);
  });

  it('the event loop is that of the thread', () => {
    expect(worker.histograms.eventloop_delay.max).toBeGreaterThanOrEqual(0.3);
    expect(worker.counters.callback_duration).toBeGreaterThanOrEqual(0.3);
    // The main thread had nothing to do meanwhile.
    expect(main.histograms.eventloop_delay.max).toBeLessThan(0.3);
    expect(main.gauges.eventloop_utilization).toBeLessThan(0.9);
  });

  it('heap and collections are those of the thread', () => {
    expect(worker.gauges.heap_used_bytes).toBeGreaterThan(main.gauges.heap_used_bytes + 5e6);
    expect(worker.histograms['gc_duration{kind="minor"}'].count).toBeGreaterThan(0);
  });

  it('everything ends when the application there is closed', () => {
    expect(code).toBe(0);
  });
});
