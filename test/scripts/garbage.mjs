// Makes garbage of every kind, has V8's own profiler count the collections, and prints both counts.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GCProfiler, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { MonitorModule, MonitorService } from 'nestjs-monitor';

class Root {}
Module({ imports: [MonitorModule.forRoot({ publisher: () => {} })] })(Root);

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc');
const context = await NestFactory.createApplicationContext(Root, { logger: false });
const monitor = context.get(MonitorService);
const turn = () => new Promise((resolve) => setImmediate(resolve));
const read = async () => {
  // Node hands the entries over in a turn of the loop.
  for (let i = 0; i < 3; i++) await turn();
  return (await monitor.metrics()).histograms;
};

// A collection may come between a profiler and a read: what the monitor counts is between these two.
const [outer, inner] = [new GCProfiler(), new GCProfiler()];
outer.start();
await read();
inner.start();
let kept = [];
for (let round = 0; round < 120; round++) {
  kept = Array.from({ length: 20_000 }, (_, i) => ({ i, text: `${round} ${i}` }));
  if (round % 40 === 20) gc();
  // In one turn there may be many collections.
  if (round % 10 === 0) await turn();
}
const least = inner.stop().statistics;
const histograms = await read();
const most = outer.stop().statistics;
console.log(JSON.stringify({ least, most, histograms, kept: kept.length }));
await context.close();
