import { beforeAll, describe, expect, it } from 'vitest';
import type { MetricsSnapshot } from '../src/index.js';
import { linesOf } from './support/scripts.js';
import { present } from './support/present.js';

/** A document, and what the thread itself measured: seconds that its loop was busy, and the limit of its heap. */
type Document = MetricsSnapshot & { busy: number; heapLimit: number };

describe('in a worker thread', () => {
  /** The main thread before the worker was started. */
  let before: Document & { time: number; uptime: number };
  /** The main thread after the worker has worked. */
  let main: Document;
  let worker: Document & { threadId: number };
  let code: number;

  beforeAll(async () => {
    const [line] = await linesOf('worker.mjs');
    ({ before, main, worker, code } = line as {
      before: typeof before;
      main: typeof main;
      worker: typeof worker;
      code: number;
    });
  });

  it('instance has the id of the thread, and the start of the process', () => {
    expect(main.instance.worker_id).toBeNull();
    expect(worker.instance.worker_id).toBe(worker.threadId);
    expect(worker.instance.worker_id).toBeGreaterThan(0);
    expect(worker.instance.pid).toBe(main.instance.pid);
    expect(Date.parse(worker.instance.start_time)).toBeLessThanOrEqual(before.time);
  });

  it('the process section is about the whole process, CPU of all threads included', () => {
    expect(worker.process.uptime).toBeGreaterThanOrEqual(before.uptime);
    expect(worker.process.num_fds).toBeGreaterThan(0);
    expect(worker.process.cpu.num_threads).toBeGreaterThan(5);
    const cpuOf = ({ process }: Document) => present(process.cpu.user_time);
    // The CPU time that the worker has used.
    expect(cpuOf(worker) - cpuOf(before)).toBeGreaterThanOrEqual(0.3);
    expect(cpuOf(main)).toBeGreaterThanOrEqual(cpuOf(worker));
  });

  it('the event loop is the one of the thread', () => {
    expect(worker.histograms.eventloop_delay?.max).toBeGreaterThanOrEqual(0.3);
    expect(worker.histograms.eventloop_delay?.max).toBeLessThanOrEqual(worker.busy);
    expect(worker.counters.callback_duration).toBeGreaterThanOrEqual(0.3);
    expect(worker.counters.callback_duration).toBeLessThanOrEqual(worker.busy);
    // The main thread waited meanwhile: it was busy for as long as it measured itself, and not for as long as the worker.
    const busy = main.busy - before.busy;
    const counted = ({ counters }: Document) => present(counters.callback_duration);
    expect(counted(main) - counted(before)).toBeLessThanOrEqual(busy);
    expect(main.histograms.eventloop_delay?.max).toBeLessThanOrEqual(busy);
  });

  it('heap and garbage collections are those of the thread', () => {
    expect(worker.gauges.heap_limit_bytes).toBe(worker.heapLimit);
    expect(main.gauges.heap_limit_bytes).toBe(main.heapLimit);
    expect(worker.heapLimit).not.toBe(main.heapLimit);
    // 200,000 objects with two fields each.
    expect(worker.gauges.heap_used_bytes).toBeGreaterThan(200_000 * 16);
    expect(worker.histograms['gc_duration{kind="minor"}']?.count).toBeGreaterThan(0);
  });

  it('nothing is left running when the application there is closed', () => {
    expect(code).toBe(0);
  });
});
