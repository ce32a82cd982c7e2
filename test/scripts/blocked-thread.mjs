/**
 * An application in a worker thread, while the main thread does nothing: node blocked-thread.mjs
 *
 * Blocks its event loop until a block has the name of its function. Prints the blocks with a name as JSON.
 */
import 'reflect-metadata';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MonitorModule, MonitorService } from 'nestjs-monitor';

/** Milliseconds of each block. */
const MS = 500;

/** On a busy machine, the watchdog may not run during a block. */
const MAX_BLOCKS = 9;

if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url), { name: 'shop' });
  worker.on('message', (blocks) => console.log(JSON.stringify(blocks)));
} else {
  class Root {}
  Module({ imports: [MonitorModule.forRoot({ diagnostics: true })] })(Root);
  const context = await NestFactory.createApplicationContext(Root, { logger: false });
  const named = async () => {
    const { eventloop_blocks: blocks } = await context.get(MonitorService).metrics();
    return blocks.filter((block) => block.function !== null);
  };
  await pause(500);
  for (let i = 0; i < MAX_BLOCKS && (await named()).length === 0; i++) {
    await new Promise((resolve) => setTimeout(() => resolve(addUpInvoices()), 100));
    await pause(500);
  }
  parentPort.postMessage(await named());
  await context.close();
}

function addUpInvoices() {
  const begin = process.cpuUsage().user;
  let sum = 0;
  while (process.cpuUsage().user - begin < MS * 1000) for (let i = 0; i < 1e5; i++) sum += Math.sqrt(i);
  return sum;
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
