// Makes garbage of every kind, and prints the garbage collections as the monitor, V8's profiler and Node report them.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { PerformanceObserver } from 'node:perf_hooks';
import { GCProfiler, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { MonitorModule, MonitorService } from 'nestjs-monitor';

class Root {}
Module({ imports: [MonitorModule.forRoot({ publisher: () => {} })] })(Root);

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');
const context = await NestFactory.createApplicationContext(Root, { logger: false });
const monitor = context.get(MonitorService);
const nextIteration = () => new Promise((resolve) => setImmediate(resolve));

/** Seconds by kind, of all entries that Node has handed over until now. */
const seconds = { minor: 0, major: 0, incremental: 0, weakcb: 0 };
const KINDS = { 1: 'minor', 2: 'minor', 4: 'major', 8: 'incremental', 16: 'weakcb' };
const observer = new PerformanceObserver((list) => add(list.getEntries()));
function add(entries) {
  for (const { detail, duration } of entries) seconds[KINDS[detail.kind]] += duration / 1000;
}

async function read() {
  // Node hands the entries over in an iteration of the event loop.
  for (let i = 0; i < 3; i++) await nextIteration();
  const own = () => (add(observer.takeRecords()), { ...seconds });
  const earliest = own();
  const { histograms } = await monitor.metrics();
  return { histograms, earliest, latest: own() };
}

// A collection may come between a profiler and a read: what the monitor counts is between these two.
const [outer, inner] = [new GCProfiler(), new GCProfiler()];
observer.observe({ type: 'gc' });
outer.start();
const before = await read();
inner.start();
let kept = [];
for (let round = 0; round < 120; round++) {
  kept = Array.from({ length: 20_000 }, (_, i) => ({ i, text: `${round} ${i}` }));
  if (round % 40 === 20) gc();
  // There may be many collections in one iteration.
  if (round % 10 === 0) await nextIteration();
}
const least = inner.stop().statistics;
const after = await read();
const most = outer.stop().statistics;
/** @returns the least and most seconds between the two reads */
const secondsOf = (kind) => [
  after.earliest[kind] - before.latest[kind],
  after.latest[kind] - before.earliest[kind],
];
console.log(
  JSON.stringify({
    least,
    most,
    seconds: Object.fromEntries(Object.keys(seconds).map((kind) => [kind, secondsOf(kind)])),
    histograms: after.histograms,
    kept: kept.length,
  }),
);
await context.close();
