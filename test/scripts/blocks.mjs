// Blocks the event loop in many places, and prints how long each block was, how long it was according to the document, and for how
// long other processes had the CPU meanwhile. All in milliseconds.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { readFile } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { MonitorModule, MonitorService } from 'nestjs-monitor';

class Root {}
Module({ imports: [MonitorModule.forRoot({ publisher: () => {} })] })(Root);

const context = await NestFactory.createApplicationContext(Root, { logger: false });
const monitor = context.get(MonitorService);

const read = async () => (await monitor.metrics()).histograms.eventloop_delay;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const inIo = (work) => new Promise((resolve) => readFile('/nowhere', () => resolve(work())));
const inImmediate = (work) => new Promise((resolve) => setImmediate(() => resolve(work())));
const inTimer = (work, ms) => new Promise((resolve) => setTimeout(() => resolve(work()), ms));

/** @returns how many milliseconds it really took */
function block(ms) {
  const start = performance.now();
  while (performance.now() - start < ms);
  return performance.now() - start;
}

/** Keeps the loop iterating some thousand times a second, as with many short requests. */
async function amongQuickTurns(work) {
  let isOn = true;
  setImmediate(function turn() {
    block(0.2);
    if (isOn) setImmediate(turn);
  });
  await sleep(37);
  const took = await work();
  await sleep(13);
  isOn = false;
  return took;
}

const PLACES = {
  'right after a read': (ms) => block(ms),
  'early in the interval': (ms) => inTimer(() => block(ms), 3),
  'in the middle of the interval': (ms) => inTimer(() => block(ms), 47),
  'late in the interval': (ms) => inTimer(() => block(ms), 93),
  'in a callback of I/O': (ms) => inIo(() => block(ms)),
  'in an immediate': (ms) => inImmediate(() => block(ms)),
  'before other work': async (ms) => {
    const took = await inTimer(() => block(ms), 20);
    await sleep(10);
    await inIo(() => block(ms / 3));
    return took;
  },
  'just before a read': async (ms) => {
    await sleep(30);
    return block(ms);
  },
};

/** Places where the shortest blocks do not stand out. */
const PLACES_OF_LONG_BLOCKS = {
  'in a timer, among quick turns': (ms) => amongQuickTurns(() => inTimer(() => block(ms), 3)),
  'in a callback of I/O, among quick turns': (ms) => amongQuickTurns(() => inIo(() => block(ms))),
};
const LONG = 20;

/** Time in which the loop was busy and the process did not run, since other processes had the CPU. It lengthens an iteration. */
function stolenTime() {
  const { user, system } = process.cpuUsage();
  return performance.eventLoopUtilization().active - (user + system) / 1000;
}

await read();
await sleep(150);
for (const [place, blockThere] of Object.entries({ ...PLACES, ...PLACES_OF_LONG_BLOCKS })) {
  for (const ms of process.argv.slice(2).map(Number)) {
    if (ms < LONG && place in PLACES_OF_LONG_BLOCKS) continue;
    const attempts = [];
    // Work of the runtime itself, such as a garbage collection, makes an iteration longer: then the block is repeated.
    do {
      await sleep(5);
      await read();
      const stolenBefore = stolenTime();
      const took = await blockThere(ms);
      if (place !== 'just before a read') await sleep(1);
      const seen = (await read()).max * 1000;
      attempts.push({ took, seen, stolen: Math.max(0, stolenTime() - stolenBefore) });
    } while (
      attempts.length < 5 &&
      attempts.at(-1).seen > attempts.at(-1).took * 1.15 + attempts.at(-1).stolen
    );
    console.log(JSON.stringify({ place, ms, attempts }));
  }
}
await context.close();
