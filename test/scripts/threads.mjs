// An application in the main thread, and one in a worker thread that is terminated later. Prints one line of what each of them reads.
import 'reflect-metadata';
import { once } from 'node:events';
import { isMainThread, parentPort, threadId, Worker } from 'node:worker_threads';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MonitorModule, MonitorService } from 'nestjs-monitor';

class Root {}
Module({ imports: [MonitorModule.forRoot({ publisher: () => {} })] })(Root);

const context = await NestFactory.createApplicationContext(Root, { logger: false });
const monitor = context.get(MonitorService);

/** Reads until the sorted states of all processes are these. */
async function read(states) {
  for (;;) {
    const { counters, gauges, histograms, process, processes, instance } = await monitor.metrics(
      `reader ${Math.random()}`,
    );
    const found = processes
      ?.map(({ state }) => state)
      .sort()
      .join();
    if (found === states) return { counters, gauges, histograms, process, processes, instance };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

if (isMainThread) {
  const alone = await monitor.metrics();
  monitor.count('work', 1);
  const worker = new Worker(new URL(import.meta.url));
  await once(worker, 'message');
  const both = await read('ok,ok');
  const rss = process.memoryUsage.rss();
  worker.postMessage('read');
  const [{ document: ofThread, threadId }] = await once(worker, 'message');
  await worker.terminate();
  const after = await read('ended,ok');
  await context.close();
  console.log(JSON.stringify({ alone, both, ofThread, after, threadId, rss }));
} else {
  monitor.count('work', 10);
  parentPort.postMessage('started');
  await once(parentPort, 'message');
  parentPort.postMessage({ document: await read('ok,ok'), threadId });
}
