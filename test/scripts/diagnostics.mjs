/**
 * Applications with diagnostics, in a process of their own: node diagnostics.mjs [esm|cjs] [ANYTHING...]
 *
 * Does what it is told on its standard input, one word a line, and answers each with a line of JSON: `open` another
 * application (its URL), `block` the event loop, `threads` (how many there are), `close` the first application. The process ends by
 * itself when all are closed.
 */
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const { MonitorModule } =
  process.argv[2] === 'cjs'
    ? createRequire(import.meta.url)('../../dist/cjs/index.js')
    : await import('nestjs-monitor');

const apps = [];
const commands = {
  async open() {
    class Root {}
    const options = { diagnostics: { heapSnapshot: true }, allow: ['127.0.0.1'] };
    Module({ imports: [MonitorModule.forRoot(options)] })(Root);
    const app = await NestFactory.create(Root, { logger: false, forceCloseConnections: true });
    await app.listen(0, '127.0.0.1');
    apps.push(app);
    return app.getUrl();
  },
  block() {
    return new Promise((resolve) => setTimeout(() => resolve(addUpInvoices()), 150));
  },
  threads: () => readdirSync('/proc/self/task').length,
  async close() {
    await apps.shift().close();
    if (apps.length === 0) lines.close();
    return 'closed';
  },
};

function addUpInvoices() {
  const begin = process.cpuUsage().user;
  let sum = 0;
  while (process.cpuUsage().user - begin < 500_000) for (let i = 0; i < 1e5; i++) sum += Math.sqrt(i);
  return sum;
}

const lines = createInterface({ input: process.stdin });
for await (const command of lines) {
  console.log(JSON.stringify(await commands[command]()));
}
