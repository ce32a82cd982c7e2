/**
 * The process of one server under test: `node server.mjs <adapter> <variant>`. It sends its URL to the parent, and answers
 * the messages `cpu` (CPU time so far), `seen` (requests that the variant has counted) and `age` (see `ServerProcess.age()`).
 * It exits when the parent disconnects.
 */
import { setTimeout as delay } from 'node:timers/promises';
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ADAPTERS } from './adapters.mjs';
import { VARIANTS } from './variants.mjs';

/** Milliseconds after which the process is idle again after a request or message. */
const QUIET = 20;

/** V8 keeps the shape of objects for two collections after the last object was collected. */
const COLLECTIONS = 4;

const [adapter, variant] = process.argv.slice(2);
const { module = {}, configure, seen } = await VARIANTS[variant].setUp();

// JavaScript in Node has no decorators, so they are called as functions.
class HelloController {
  hello() {
    return { hello: 'world' };
  }
}
const { prototype } = HelloController;
Get()(prototype, 'hello', Object.getOwnPropertyDescriptor(prototype, 'hello'));
Controller('hello')(HelloController);

class AppModule {}
Module({ controllers: [HelloController], ...module })(AppModule);

const app = await NestFactory.create(AppModule, await ADAPTERS[adapter].create(), {
  logger: ['warn', 'error'],
});
await configure?.(app);
await app.listen(0, '127.0.0.1');
// The connections are idle while other servers are measured.
app.getHttpServer().keepAliveTimeout = 600_000;

process.on('message', (question) => void answer(question));
process.on('disconnect', () => process.exit());
// The parent may have disconnected during the start.
if (!process.connected) process.exit();
process.send({ url: `http://127.0.0.1:${app.getHttpServer().address().port}/hello` });

async function answer(question) {
  if (question === 'age') {
    // After a timer, since the current message keeps objects alive that an idle process does not.
    await delay(QUIET);
    for (let i = 0; i < COLLECTIONS; i++) globalThis.gc();
    process.send({});
    return;
  }
  process.send(question === 'cpu' ? { cpu: process.cpuUsage() } : { seen: await seen?.(app) });
}
