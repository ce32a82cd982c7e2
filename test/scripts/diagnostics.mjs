/**
 * Applications with diagnostics, in a process of their own: node diagnostics.mjs [esm|cjs] [ANYTHING...]
 *
 * Does what it is told on its standard input, one word a line, and answers each with a line of JSON: `open` another
 * application (its URL), `block` the event loop, `threads` (how many there are), `fill-SHAPE` the heap with 200 MB, `close` the
 * first application. The process ends by itself when all are closed.
 */
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const { MonitorDiagnostics, MonitorModule } =
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
  'fill-objects': () => fill((i) => ({ i, next: { i } }), 100),
  'fill-strings': () => fill((i) => `${i}`.padEnd(100_000, 'x').toUpperCase(), 100_000),
  'fill-numbers': () => fill((i) => Array.from({ length: 10_000 }, (_, k) => i + k + 0.5), 80_000),
  'fill-closures': () => fill((i) => () => i, 100),
  async 'begin-snapshot'() {
    snapshot = await apps[0].get(MonitorDiagnostics).heapSnapshot();
    return 'unread';
  },
  'drop-snapshot': () => snapshot.destroy().destroyed,
  async close() {
    await apps.shift().close();
    if (apps.length === 0) lines.close();
    return 'closed';
  },
};

let kept = [];
let snapshot;

/** @param bytes of one, roughly */
function fill(make, bytes) {
  kept = Array.from({ length: 200_000_000 / bytes }, (_, i) => make(i));
  return kept.length;
}

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
