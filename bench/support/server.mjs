/**
 * One server under test, in a process of its own: `node server.mjs <adapter> <variant>`. It tells its parent
 * where it listens, and whenever the parent asks, how much CPU it has used so far, or how many requests the variant
 * has seen; and it ages when it is told to. It ends when the parent lets go.
 */
import { setTimeout as delay } from 'node:timers/promises';
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ADAPTERS } from './adapters.mjs';
import { VARIANTS } from './variants.mjs';

/** Milliseconds after which nothing of the last request or message is left to do. */
const QUIET = 20;

/** V8 keeps the shapes of objects for two collections after the last object is gone. */
const COLLECTIONS = 4;

const [adapter, variant] = process.argv.slice(2);
const { module = {}, configure, seen } = await VARIANTS[variant].setUp();

// Node has no decorators, so they are called by hand.
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
// A connection has nothing to do while other servers have their turn.
app.getHttpServer().keepAliveTimeout = 600_000;

process.on('message', (question) => void answer(question));
process.on('disconnect', () => process.exit());
// The parent may have let go while this one was starting.
if (!process.connected) process.exit();
process.send({ url: `http://127.0.0.1:${app.getHttpServer().address().port}/hello` });

async function answer(question) {
  if (question === 'age') {
    // Behind a timer: the message itself keeps alive what a process at rest does not.
    await delay(QUIET);
    for (let i = 0; i < COLLECTIONS; i++) globalThis.gc();
    process.send({});
    return;
  }
  process.send(question === 'cpu' ? { cpu: process.cpuUsage() } : { seen: await seen?.(app) });
}
