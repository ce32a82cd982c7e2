/**
 * Requests a report while a worker thread is in native code, which ends when this thread opens a pipe: a report that waits for it would
 * never come. Prints the two answers, the second after that.
 */
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { MonitorModule } from 'nestjs-monitor';

class Root {}
Module({ imports: [MonitorModule.forRoot({ diagnostics: { blockedLoop: false } })] })(Root);
const app = await NestFactory.create(Root, { logger: false, forceCloseConnections: true });
await app.listen(0, '127.0.0.1');
const report = async () => {
  const response = await fetch(`${await app.getUrl()}/monitor/report`);
  const { status, headers } = response;
  return { status, retryAfter: headers.get('retry-after'), text: (await response.text()).slice(0, 200) };
};

const directory = mkdtempSync(join(tmpdir(), 'monitor-pipe-'));
const pipe = join(directory, 'pipe');
execFileSync('mkfifo', [pipe]);
const code = `const { parentPort, workerData } = require('node:worker_threads');
  parentPort.postMessage('opens');
  require('node:fs').openSync(workerData, 'r');
  parentPort.once('message', () => {});
  parentPort.postMessage('open');`;
const worker = new Worker(code, { eval: true, workerData: pipe });
await once(worker, 'message');
// It answers until it is in native code.
const isNative = async () => (await Promise.race([worker.getHeapStatistics(), sleep(500)])) === undefined;
while (!(await isNative()));
const refused = await report();
const opened = once(worker, 'message');
await (await open(pipe, 'w')).close();
await opened;
// On a busy machine, a thread may need longer than 200 ms to answer.
let answered = await report();
while (answered.status === 503) answered = await report();
console.log(JSON.stringify({ refused, answered, threadId: worker.threadId }));
rmSync(directory, { recursive: true });
await worker.terminate();
await app.close();
