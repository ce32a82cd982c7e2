// A web application that runs until it receives a signal, with or without Nest's shutdown hooks.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MonitorModule } from 'nestjs-monitor';

class Root {}
Module({ imports: [MonitorModule.forRoot({ publisher: () => console.log('published') })] })(Root);

const app = await NestFactory.create(Root, { logger: false });
if (process.argv[2] === 'hooks') app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');
console.log('listening');
