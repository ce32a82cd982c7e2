// An application in the main thread and another one in a worker thread, which works. Prints the document of each.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { once } from 'node:events';
import { isMainThread, parentPort, threadId, Worker } from 'node:worker_threads';
import { MonitorModule, MonitorService } from 'nestjs-monitor';

class Root {}
Module({ imports: [MonitorModule.forRoot({ publisher: () => {} })] })(Root);

const context = await NestFactory.createApplicationContext(Root, { logger: false });
const monitor = context.get(MonitorService);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

if (isMainThread) {
  await sleep(150);
  await monitor.metrics();
  const worker = new Worker(new URL(import.meta.url));
  const [inWorker] = await once(worker, 'message');
  const main = await monitor.metrics();
  worker.postMessage('end');
  const [code] = await once(worker, 'exit');
  console.log(JSON.stringify({ main, worker: inWorker, threadId: inWorker.threadId, code }));
  await context.close();
} else {
  const kept = Array.from({ length: 200_000 }, (_, i) => ({ i, text: `object ${i}` }));
  const end = performance.now() + 300;
  while (performance.now() < end);
  await sleep(150);
  parentPort.postMessage({ ...(await monitor.metrics()), threadId, kept: kept.length });
  await once(parentPort, 'message');
  await context.close();
}
