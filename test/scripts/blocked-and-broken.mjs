/**
 * Blocks the event loop of an application with diagnostics: node blocked-and-broken.mjs logger|directory
 *
 * Its logger throws, or its working directory is removed between two blocks. Prints the file of the last block, as in the document.
 */
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MonitorModule, MonitorService } from 'nestjs-monitor';

class Root {}
Module({ imports: [MonitorModule.forRoot({ diagnostics: true, publisher: () => {} })] })(Root);
const context = await NestFactory.createApplicationContext(Root, { logger: false });
const [, , broken] = process.argv;
const monitor = context.get(MonitorService);

if (broken === 'logger') {
  const fail = () => {
    throw new Error('The log is closed.');
  };
  context.useLogger({ log: fail, warn: fail, error: fail });
}
let file = await blockUntilNamed(1);
if (broken === 'directory') {
  const directory = mkdtempSync(join(tmpdir(), 'monitor-removed-'));
  process.chdir(directory);
  rmdirSync(directory);
  file = await blockUntilNamed(2);
}
console.log(JSON.stringify(file));
context.useLogger(false);
await context.close();

async function blockUntilNamed(times) {
  for (;;) {
    addUpInvoices();
    await sleep(100);
    const { eventloop_blocks: blocks } = await monitor.metrics();
    const named = blocks.filter((block) => block.function === 'addUpInvoices');
    if (named.length >= times) return named[0].file;
  }
}

function addUpInvoices() {
  const begin = process.cpuUsage().user;
  let sum = 0;
  while (process.cpuUsage().user - begin < 500_000) for (let i = 0; i < 1e5; i++) sum += Math.sqrt(i);
  return sum;
}
