/**
 * Under the permission model of Node, which forbids threads, and with diagnostics: answers requests in two applications, one after
 * the other. Prints what the monitor warned of, and how many of the requests are still in memory.
 */
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { IncomingMessage } from 'node:http';
import { queryObjects } from 'node:v8';
import { MonitorModule } from 'nestjs-monitor';

const warnings = [];
const logger = { log() {}, error() {}, warn: (text) => warnings.push(text) };
const apps = [];
for (let i = 0; i < 2; i++) {
  class Root {}
  Module({ imports: [MonitorModule.forRoot({ diagnostics: true })] })(Root);
  const app = await NestFactory.create(Root, { logger, forceCloseConnections: true });
  await app.listen(0, '127.0.0.1');
  apps.push(app);
  const url = await app.getUrl();
  for (let k = 0; k < 100; k++) await (await fetch(url)).text();
}
console.log(JSON.stringify({ warnings, requests: queryObjects(IncomingMessage, { format: 'count' }) }));
for (const app of apps) await app.close();
