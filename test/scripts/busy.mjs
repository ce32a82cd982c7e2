// Works half of the time, looks at the document very often, and prints the CPU percent in it beside its own measure.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MonitorModule, MonitorService } from 'nestjs-monitor';

class Root {}
Module({ imports: [MonitorModule.forRoot({ publisher: () => {} })] })(Root);

const context = await NestFactory.createApplicationContext(Root, { logger: false });
const monitor = context.get(MonitorService);
const percentOf = async (reader) => (await monitor.metrics(reader)).process.cpu.percent;
const cpu = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

// What it used in each stretch, from one new figure in the document to the next one.
let [percent, at, used] = [await percentOf('a'), performance.now(), cpu()];
console.log(JSON.stringify({ percent, used: 0 }));
for (let figures = 0; figures < 4;) {
  const end = performance.now() + 10;
  while (performance.now() < end);
  await new Promise((resolve) => setTimeout(resolve, 10));
  await percentOf('b');
  const next = await percentOf('a');
  if (next === percent) continue;
  const [now, usedNow] = [performance.now(), cpu()];
  // The first stretch began before this loop did.
  if (++figures > 1)
    console.log(JSON.stringify({ percent: next, used: (100 * (usedNow - used)) / (now - at) }));
  [percent, at, used] = [next, now, usedNow];
}
await context.close();
