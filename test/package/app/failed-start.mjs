// Prints the order in which the application and the monitor started, and what has run in an application whose start failed.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MonitorModule } from 'nestjs-monitor';
import { setTimeout as wait } from 'node:timers/promises';

async function eventsOf(bootstrap) {
  const events = [];
  class AppModule {
    async onApplicationBootstrap() {
      await wait(100);
      events.push('application');
      bootstrap();
    }
  }
  const monitor = MonitorModule.forRoot({
    publisher: () => events.push('publisher'),
    publishInterval: 20,
    collectors: { own: [{ start: () => events.push('collector') }] },
  });
  Module({ imports: [monitor] })(AppModule);
  const options = { logger: false, abortOnError: false };
  const app = await NestFactory.createApplicationContext(AppModule, options).catch(() => undefined);
  await wait(100);
  await app?.close();
  return [...new Set(events)];
}

const up = await eventsOf(() => {});
const failed = await eventsOf(() => {
  throw new Error('no database');
});
console.log(JSON.stringify({ up, failed }));
