// Works half of the time, reads the document very often, and prints each CPU percent beside the least and most that it can be.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MonitorModule, MonitorService } from 'nestjs-monitor';

class Root {}
Module({ imports: [MonitorModule.forRoot({ publisher: () => {} })] })(Root);

const context = await NestFactory.createApplicationContext(Root, { logger: false });
const monitor = context.get(MonitorService);
const percentOf = async (reader) => (await monitor.metrics(reader)).process.cpu.percent;

/** The clock, and the CPU that the process has used, in milliseconds. */
function now() {
  const { user, system } = process.cpuUsage();
  return { at: performance.now(), used: (user + system) / 1000 };
}

/** The moments between which the value changed: before the last read with the old value, and after the first with the new one. */
async function nextChange(percent) {
  for (;;) {
    const before = now();
    while (performance.now() < before.at + 10);
    await new Promise((resolve) => setTimeout(resolve, 10));
    await percentOf('b');
    const next = await percentOf('a');
    if (next !== percent) return { percent: next, before: last, after: now() };
    last = before;
  }
}

let last = now();
let change = await nextChange(await percentOf('a'));
for (let i = 0; i < 3; i++) {
  const previous = change;
  change = await nextChange(previous.percent);
  // The samples were taken at some time in the two intervals. JSON has null for Infinity.
  const shortest = change.before.at - previous.after.at;
  const longest = change.after.at - previous.before.at;
  console.log(
    JSON.stringify({
      percent: change.percent,
      least: (100 * Math.max(0, change.before.used - previous.after.used)) / longest,
      most: shortest > 0 ? (100 * (change.after.used - previous.before.used)) / shortest : null,
    }),
  );
}
await context.close();
