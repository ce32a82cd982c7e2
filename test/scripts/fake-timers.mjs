// Fakes timers with the tool that is named, before or after an application with the monitor has started, and moves the fake clock.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { mock } from 'node:test';
import { MonitorModule, MonitorService } from 'nestjs-monitor';

const TOOLS = {
  'node:test': () => {
    mock.timers.enable();
    return {
      tick: (ms) => mock.timers.tick(ms),
      runAll: () => mock.timers.runAll(),
      restore: () => mock.timers.reset(),
    };
  },
  sinon: async () => {
    const { default: fakeTimers } = await import('@sinonjs/fake-timers');
    const clock = fakeTimers.install();
    return {
      tick: (ms) => clock.tick(ms),
      runAll: () => clock.runToLast(),
      restore: () => clock.uninstall(),
    };
  },
};

class Root {}
Module({ imports: [MonitorModule.forRoot()] })(Root);

const [tool, when] = process.argv.slice(2);
let clock = when === 'before' ? await TOOLS[tool]() : undefined;
const context = await NestFactory.createApplicationContext(Root, { logger: false });
clock ??= await TOOLS[tool]();
let called = 0;
setTimeout(() => called++, 60_000);
clock.tick(3_600_000);
clock.runAll();
const { counters } = await context.get(MonitorService).metrics();
await context.close();
clock.restore();
console.log(JSON.stringify({ called, callbacks: counters.callbacks }));
