/**
 * Under the permission model of Node, which forbids the inspector: blocks the event loop of an application with diagnostics until the
 * monitor warns. Prints its warnings, and the answer to a request for a profile.
 */
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { setTimeout as sleep } from 'node:timers/promises';
import { MonitorModule } from 'nestjs-monitor';

const warnings = [];
const logger = { log() {}, error() {}, warn: (text) => warnings.push(text) };
class Root {}
Module({ imports: [MonitorModule.forRoot({ diagnostics: true })] })(Root);
const app = await NestFactory.create(Root, { logger, forceCloseConnections: true });
await app.listen(0, '127.0.0.1');
while (warnings.length === 0) {
  const end = performance.now() + 300;
  while (performance.now() < end);
  await sleep(100);
}
const response = await fetch(`${await app.getUrl()}/monitor/profile/cpu?seconds=0.1`);
console.log(JSON.stringify({ warnings, status: response.status, text: await response.text() }));
await app.close();
