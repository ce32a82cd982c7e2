import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { execFileSync } from 'node:child_process';
import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, it, onTestFinished } from 'vitest';
import { MonitorModule } from '../../src/index.js';
import { moduleOf, startApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { present } from '../support/present.js';
import { NEEDS_LINUX } from '../support/tools.js';

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

/** What this version of Node reports of a thread: heap statistics from 22.16 on, CPU time from 24.6 on and in later versions of 22. */
const [TELLS_HEAP, TELLS_CPU] = ['getHeapStatistics', 'cpuUsage'].map((name) => name in Worker.prototype);

it('each thread has its heap and its CPU time where Node tells them, and else no gauge of them', async () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 24 || (major === 24 && minor >= 6)) expect([TELLS_HEAP, TELLS_CPU]).toEqual([true, true]);
  if (major === 22 && minor >= 16) expect(TELLS_HEAP).toBe(true);
  if (major === 20) expect([TELLS_HEAP, TELLS_CPU]).toEqual([false, false]);
  const app = await startApp('express', { imports: [MonitorModule.forRoot()] });
  // 500,000 objects are at least 4 MB.
  const full = 'globalThis.kept = Array.from({ length: 500_000 }, (_, i) => ({ i }));';
  const threads = [
    new Worker(`${full} ${IDLE}`, { eval: true, name: 'full' }),
    new Worker(BUSY, { eval: true, name: 'busy' }),
  ];
  onTestFinished(async () => void (await Promise.all(threads.map((thread) => thread.terminate()))));
  await Promise.all(threads.map((thread) => once(thread, 'message')));
  const named = (metric: string) => async () => {
    const { gauges } = await app.document();
    // Older versions do not have the name of a thread.
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

it.skipIf(NEEDS_LINUX.isMissing)(
  `a thread that waits in native code delays no read, and no value of another thread${NEEDS_LINUX.reason}`,
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'monitor-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const pipe = join(directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const app = await startApp('express', { imports: [MonitorModule.forRoot()] });
    // Reading from a pipe returns when its writer has closed it.
    const release = () => closeSync(openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK));
    const reading = `require("node:worker_threads").parentPort.postMessage("x"); require("node:fs").readFileSync("${pipe}");`;
    const growing =
      'globalThis.kept = []; setInterval(() => globalThis.kept.push(...Array(10_000).fill(0)), 10);';
    const [stuck, live] = [
      new Worker(`${reading} ${IDLE}`, { eval: true }),
      new Worker(`${growing} ${IDLE}`, { eval: true }),
    ];
    let isReleased = false;
    onTestFinished(async () => {
      if (!isReleased) await eventually(release);
      await Promise.all([stuck, live].map((thread) => thread.terminate()));
    });
    await Promise.all([stuck, live].map((thread) => once(thread, 'message')));
    const heaps = async () => {
      const { gauges } = await app.document();
      return [1, 2].map((number) => gauges[`worker_heap_used_bytes{thread="worker ${number}"}`]);
    };
    if (TELLS_HEAP) {
      const [, before = 0] = await eventually(async () => {
        const values = await heaps();
        present(values[1], 'the heap of the other thread');
        return values;
      });
      await eventually(async () => expect((await heaps())[1]).toBeGreaterThan(before));
    }
    const { counters, gauges } = await app.document();
    expect(counters.monitor_failed_collects).toBeUndefined();
    expect(gauges).toHaveProperty(['worker_utilization{thread="worker 1"}']);
    const continues = once(stuck, 'message');
    // There may be no reader yet, and then it throws.
    await eventually(release);
    isReleased = true;
    await continues;
    if (TELLS_HEAP) await eventually(async () => present((await heaps())[0], 'the heap of the first thread'));
  },
);

it.each([
  ['forRoot', () => MonitorModule.forRoot()],
  ['forRootAsync', () => MonitorModule.forRootAsync({ useFactory: () => ({}) })],
])('a thread that the constructor of a provider starts is measured, with %s()', async (_name, module) => {
  let worker: Worker | undefined;
  class Pool {
    constructor() {
      worker = new Worker(IDLE, { eval: true });
    }
  }
  onTestFinished(async () => void (await worker?.terminate()));
  const app = await startApp('express', { imports: [module()], providers: [Pool] });
  const { gauges } = await app.document();
  expect(Object.keys(gauges).filter((name) => name.startsWith('worker_utilization'))).toEqual([
    'worker_utilization{thread="worker 1"}',
  ]);
});

it('threads are followed only by applications that measure the event loop, until these are closed', async () => {
  const isFollowed = () => channel('worker_threads').hasSubscribers;
  const create = (module: DynamicModule) =>
    NestFactory.createApplicationContext(moduleOf({ imports: [module] }), { logger: false });
  // With `processes`, the channel has another subscriber.
  const on = { processes: false } as const;
  const off = { ...on, collectors: { eventLoop: false } };
  for (const module of [MonitorModule.forRoot(off), MonitorModule.forRootAsync({ useFactory: () => off })]) {
    const context = await create(module);
    expect(isFollowed()).toBe(false);
    await context.close();
  }
  const context = await create(MonitorModule.forRoot(on));
  expect(isFollowed()).toBe(true);
  await context.close();
  expect(isFollowed()).toBe(false);
  const neverStarted = await NestFactory.create(moduleOf({ imports: [MonitorModule.forRoot(on)] }), {
    logger: false,
  });
  expect(isFollowed()).toBe(true);
  await neverStarted.close();
  expect(isFollowed()).toBe(false);
});

it('many applications in one process add no listener of threads to it', async () => {
  const before = process.listenerCount('worker');
  await Promise.all(
    Array.from({ length: 3 }, () => startApp('express', { imports: [MonitorModule.forRoot()] })),
  );
  expect(process.listenerCount('worker')).toBe(before);
});
