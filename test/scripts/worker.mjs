// An application in the main thread and one in a worker thread that works, each of which answers for itself. Prints the documents of
// both, and the control values.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { isMainThread, parentPort, threadId, Worker } from 'node:worker_threads';
import { MonitorModule, MonitorService } from 'nestjs-monitor';

class Root {}
Module({ imports: [MonitorModule.forRoot({ publisher: () => {}, processes: false })] })(Root);

const context = await NestFactory.createApplicationContext(Root, { logger: false });
const monitor = context.get(MonitorService);
const busySeconds = () => performance.eventLoopUtilization().active / 1000;

const nextIteration = () => new Promise((resolve) => setImmediate(resolve));

/** Computes until the clock has moved by that much, and the process has used that much CPU. */
function work(milliseconds) {
  const [start, cpu] = [performance.now(), process.cpuUsage().user];
  while (performance.now() - start < milliseconds || process.cpuUsage().user - cpu < milliseconds * 1000);
}

if (isMainThread) {
  const start = { time: Date.now(), uptime: process.uptime(), busy: busySeconds() };
  // The read is in another iteration, so that every delay of its window began after that.
  await nextIteration();
  const before = { ...start, ...(await monitor.metrics()) };
  const worker = new Worker(new URL(import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: 123 } });
  const [inWorker] = await once(worker, 'message');
  const main = {
    ...(await monitor.metrics()),
    busy: busySeconds(),
    heapLimit: getHeapStatistics().heap_size_limit,
  };
  worker.postMessage('end');
  const [code] = await once(worker, 'exit');
  console.log(JSON.stringify({ before, main, worker: inWorker, code }));
  await context.close();
} else {
  const kept = Array.from({ length: 200_000 }, (_, i) => ({ i, text: `object ${i}` }));
  work(300);
  await nextIteration();
  const document = await monitor.metrics();
  const heapLimit = getHeapStatistics().heap_size_limit;
  parentPort.postMessage({ ...document, busy: busySeconds(), heapLimit, threadId, kept: kept.length });
  await once(parentPort, 'message');
  await context.close();
}
