// Installs the fake timers of a tool before or after an application starts, and moves the fake clock by an hour.
import 'reflect-metadata';
import fakeTimers from '@sinonjs/fake-timers';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { mock } from 'node:test';
import { MonitorModule, MonitorService } from 'nestjs-monitor';
import { realTicks } from './real-ticks.mjs';

const TOOLS = {
  'node:test': () => {
    mock.timers.enable();
    return {
      tick: (ms) => mock.timers.tick(ms),
      runAll: () => mock.timers.runAll(),
      restore: () => mock.timers.reset(),
    };
  },
  Sinon: () => {
    const clock = fakeTimers.install();
    return {
      tick: (ms) => clock.tick(ms),
      runAll: () => clock.runAll(),
      restore: () => clock.uninstall(),
    };
  },
};

class Root {}
Module({ imports: [MonitorModule.forRoot({ measureInterval: 1 })] })(Root);

const [tool, when] = process.argv.slice(2);
let clock = when === 'before' ? TOOLS[tool]() : undefined;
const context = await NestFactory.createApplicationContext(Root, { logger: false });
clock ??= TOOLS[tool]();
let calls = 0;
setTimeout(() => calls++, 60_000);
clock.tick(3_600_000);
clock.runAll();
const measured = await realTicks(context.get(MonitorService));
await context.close();
clock.restore();
console.log(JSON.stringify({ calls, ...measured }));
