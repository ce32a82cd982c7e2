/**
 * One server under test, in a process of its own: `node server.mjs <adapter> <variant>`. It tells its parent
 * where it listens, and how much CPU it has used so far whenever the parent asks. It ends when the parent lets go.
 */
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ADAPTERS } from './adapters.mjs';
import { VARIANTS } from './variants.mjs';

const [adapter, variant] = process.argv.slice(2);

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
Module({ controllers: [HelloController], ...(await VARIANTS[variant].module()) })(AppModule);

const app = await NestFactory.create(AppModule, await ADAPTERS[adapter].create(), {
  logger: ['warn', 'error'],
});
await app.listen(0, '127.0.0.1');

process.on('message', () => process.send({ cpu: process.cpuUsage() }));
process.on('disconnect', () => process.exit());
// The parent may have let go while this one was starting.
if (!process.connected) process.exit();
process.send({ url: `http://127.0.0.1:${app.getHttpServer().address().port}/hello` });
