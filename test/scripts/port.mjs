// A script with a monitor on a port of its own: prints what it reads there, and then has nothing left to do.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { isMainThread, parentPort } from 'node:worker_threads';
import { MonitorModule, MonitorPort } from 'nestjs-monitor';

class Root {}
Module({ imports: [MonitorModule.forRoot({ port: 0 })] })(Root);

const context = await NestFactory.createApplicationContext(Root, { logger: false });
const response = await fetch(context.get(MonitorPort).url);
const { counters } = await response.json();
const said = `${response.status} ${counters.requests}`;
if (isMainThread) console.log(said);
else parentPort.postMessage(said);
