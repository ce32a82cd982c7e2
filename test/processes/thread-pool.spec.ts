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

it('many applications in one process add no listener of threads to it', async () => {
  const before = process.listenerCount('worker');
  await Promise.all(
    Array.from({ length: 3 }, () => startApp('express', { imports: [MonitorModule.forRoot()] })),
  );
  expect(process.listenerCount('worker')).toBe(before);
});
