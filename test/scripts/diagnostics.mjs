/**
 * Applications with diagnostics, in a process of their own: node diagnostics.mjs [esm|cjs] [ANYTHING...]
 *
 * Executes the commands on its standard input, one word a line, and answers each with a line of JSON: `open` another
 * application (its URL), `block` the event loop, `exit` or `throw` at the end of a block, `threads` (how many there are), `fill-SHAPE-PERCENT` the heap until a snapshot
 * may need this share of the available memory, `begin-snapshot`, `drop-snapshot` without reading it or
 * `pipe-snapshot` to a stream that takes nothing, `close` the first
 * application. The process ends by itself when all are closed.
 */
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { readMemoryLimits } from '../../build/diagnostics/heap-snapshot/memory-headroom.js';

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
  exit() {
    setTimeout(() => {
      addUpInvoices();
      process.exit();
    }, 150);
    return 'soon';
  },
  throw() {
    setTimeout(() => {
      addUpInvoices();
      throw new Error('The application failed.');
    }, 150);
    return 'soon';
  },
  threads: () => readdirSync('/proc/self/task').length,
  async 'begin-snapshot'() {
    snapshot = await apps[0].get(MonitorDiagnostics).heapSnapshot();
    return 'unread';
  },
  'pipe-snapshot': () => snapshot.pipe(new Writable({ write() {} })).writable,
  'drop-snapshot': () => snapshot.destroy().destroyed,
  async close() {
    await apps.shift().close();
    if (apps.length === 0) lines.close();
    return 'closed';
  },
};

const kept = [];
let snapshot;

/** What a heap is filled with: how to make one object, and how many of them are a megabyte or less. */
const SHAPES = {
  objects: [(i) => ({ i, next: { i } }), 10_000],
  strings: [(i) => `${i}`.padEnd(100_000, 'x').toUpperCase(), 8],
  numbers: [(i) => Array.from({ length: 10_000 }, (_, k) => i + k + 0.5), 10],
  closures: [(i) => () => i, 10_000],
  maps: [(i) => new Map([[i, `value ${i}`]]), 3000],
};

/** A snapshot may need this many bytes for each byte of the heap. It is refused if that is more than the available memory. */
const FACTOR = 30;

function fill(shape, percent) {
  const [make, count] = SHAPES[shape];
  for (;;) {
    globalThis.gc?.();
    const { group, free, available, process: ofProcess, rss, heapUsed } = readMemoryLimits();
    const headroom = Math.min(Math.min(group, free) - rss, available, ofProcess);
    const missing = (percent / 100) * headroom - FACTOR * heapUsed;
    if (missing <= 0) return kept.length;
    // Half of what is missing: a garbage collection takes long.
    const megabytes = Math.max(1, missing / (2 * FACTOR * 1e6));
    for (let i = 0; i < megabytes * count; i++) kept.push(make(kept.length));
  }
}

function addUpInvoices() {
  const begin = process.cpuUsage().user;
  let sum = 0;
  while (process.cpuUsage().user - begin < 500_000) for (let i = 0; i < 1e5; i++) sum += Math.sqrt(i);
  return sum;
}

const lines = createInterface({ input: process.stdin });
for await (const command of lines) {
  const [, shape, percent] = /^fill-(\w+)-(\d+)$/.exec(command) ?? [];
  const answer = shape === undefined ? await commands[command]() : fill(shape, Number(percent));
  console.log(JSON.stringify(answer));
}
