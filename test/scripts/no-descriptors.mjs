// Uses every file descriptor that the process may have, and prints the documents before and after that.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { openSync } from 'node:fs';
import { MonitorModule, MonitorService } from 'nestjs-monitor';

class Root {}
Module({ imports: [MonitorModule.forRoot({ publisher: () => {} })] })(Root);

const context = await NestFactory.createApplicationContext(Root, { logger: false });
const monitor = context.get(MonitorService);
const before = await monitor.metrics();
try {
  for (;;) openSync('/dev/null', 'r');
} catch (error) {
  console.log(JSON.stringify({ code: error.code, before, metrics: await monitor.metrics() }));
}
