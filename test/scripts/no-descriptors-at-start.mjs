// Has no file descriptor left when the application starts, and some again later on. Prints the process section at both times.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { MonitorModule, MonitorService } from 'nestjs-monitor';
import pidusage from 'pidusage';

// Loads all of pidusage, as an application that uses it too.
await pidusage(process.pid, { usePs: true, maxage: 0 });

const opened = [];
class Root {
  onModuleInit() {
    try {
      for (;;) opened.push(openSync('/dev/null', 'r'));
    } catch {
      // No descriptor is left.
    }
  }
}
Module({ imports: [MonitorModule.forRoot({ publisher: () => {} })] })(Root);

const context = await NestFactory.createApplicationContext(Root, { logger: false });
const monitor = context.get(MonitorService);
const without = (await monitor.metrics()).process;
// An unhandled error would have ended the process by then.
await sleep(20);
for (const fd of opened) closeSync(fd);
const after = (await monitor.metrics()).process;
console.log(JSON.stringify({ without, after }));
await context.close();
