// Prints the process section before and after a known amount of work, and at the end of its input: the test inspects it until then.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { openSync } from 'node:fs';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { MonitorModule, MonitorService } from 'nestjs-monitor';

class Root {}
Module({ imports: [MonitorModule.forRoot({ publisher: () => {} })] })(Root);

const context = await NestFactory.createApplicationContext(Root, { logger: false });
const monitor = context.get(MonitorService);
const print = async () => console.log(JSON.stringify((await monitor.metrics()).process));

const descriptors = Number(process.argv[2] ?? 0);
await print();

for (let i = 0; i < descriptors; i++) openSync('/dev/null', 'r');
const workers = Array.from({ length: 2 }, () => new Worker('setInterval(() => {}, 1000)', { eval: true }));
await Promise.all(workers.map((worker) => once(worker, 'online')));
const buffer = Buffer.alloc(100e6, 1);
const end = process.cpuUsage().user + 500_000;
while (process.cpuUsage().user < end);
await print();

process.stdin.resume();
await once(process.stdin, 'end');
await print();
if (buffer[0] !== 1) throw new Error('The buffer is gone.');
await Promise.all(workers.map((worker) => worker.terminate()));
await context.close();
