import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, it, onTestFinished } from 'vitest';
import { MonitorModule } from '../../src/index.js';
import { startApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { present } from '../support/present.js';

const [BUSY, IDLE] = [
  'require("node:worker_threads").parentPort.postMessage("x"); for (;;);',
  'require("node:worker_threads").parentPort.on("message", () => {}).postMessage("x");',
];

it('each thread of a pool has its own event loop in the document, without code of the monitor in it', async () => {
  const app = await startApp('express', { imports: [MonitorModule.forRoot()] });
  const threads = [BUSY, IDLE].map((code) => new Worker(code, { eval: true }));
  onTestFinished(async () => void (await Promise.all(threads.map((thread) => thread.terminate()))));
  await Promise.all(threads.map((thread) => once(thread, 'message')));
  await app.document();
  const names = ['worker_utilization{thread="worker 1"}', 'worker_utilization{thread="worker 2"}'];
  await eventually(async () => {
    const { gauges } = await app.document();
    const [busy, idle] = names.map((name) => present(gauges[name], name));
    expect(busy).toBeGreaterThan(0.9);
    expect(idle).toBeLessThan(0.5);
  });
  await threads[0]?.terminate();
  const { gauges } = await app.document();
  expect(Object.keys(gauges).filter((name) => name.startsWith('worker_utilization'))).toEqual([names[1]]);
});

/** What this version of Node tells about a thread: heap statistics from 22.16 on, CPU time from 24.6 on and in later versions of 22. */
const [TELLS_HEAP, TELLS_CPU] = ['getHeapStatistics', 'cpuUsage'].map((name) => name in Worker.prototype);

it('each thread has its heap and its CPU time where Node tells them, and else no gauge of them', async () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 24 || (major === 24 && minor >= 6)) expect([TELLS_HEAP, TELLS_CPU]).toEqual([true, true]);
  if (major === 22 && minor >= 16) expect(TELLS_HEAP).toBe(true);
  if (major === 20) expect([TELLS_HEAP, TELLS_CPU]).toEqual([false, false]);
  const app = await startApp('express', { imports: [MonitorModule.forRoot()] });
  // 500,000 numbers that V8 keeps as objects are at least 4 MB.
  const full = 'globalThis.kept = Array.from({ length: 500_000 }, (_, i) => ({ i }));';
  const threads = [
    new Worker(`${full} ${IDLE}`, { eval: true, name: 'full' }),
    new Worker(BUSY, { eval: true, name: 'busy' }),
  ];
  onTestFinished(async () => void (await Promise.all(threads.map((thread) => thread.terminate()))));
  await Promise.all(threads.map((thread) => once(thread, 'message')));
  const named = (metric: string) => async () => {
    const { gauges } = await app.document();
    // Older versions do not tell the name of a thread.
    return ['full', 'busy'].map(
      (name, i) => gauges[`${metric}{thread="${name}"}`] ?? gauges[`${metric}{thread="worker ${i + 1}"}`],
    );
  };
  const [heap, cpu] = [named('worker_heap_used_bytes'), named('worker_cpu_seconds')];
  if (!TELLS_HEAP) expect(await heap()).toEqual([undefined, undefined]);
  if (!TELLS_CPU) expect(await cpu()).toEqual([undefined, undefined]);
  await eventually(async () => {
    if (TELLS_HEAP) expect((await heap())[0]).toBeGreaterThan(4_000_000);
    const [idle = 0, busy = 0] = TELLS_CPU ? await cpu() : [];
    if (TELLS_CPU) expect(busy).toBeGreaterThan(idle + 0.5);
  });
});

it('many applications in one process add no listener of threads to it', async () => {
  const before = process.listenerCount('worker');
  await Promise.all(
    Array.from({ length: 3 }, () => startApp('express', { imports: [MonitorModule.forRoot()] })),
  );
  expect(process.listenerCount('worker')).toBe(before);
});
