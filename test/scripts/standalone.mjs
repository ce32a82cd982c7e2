// A script that starts a standalone context, does its work, and either closes the context or just stops there.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MonitorModule, MonitorService } from 'nestjs-monitor';

class Root {}
Module({ imports: [MonitorModule.forRoot({ publisher: () => console.log('published') })] })(Root);

const context = await NestFactory.createApplicationContext(Root, { logger: false });
context.get(MonitorService).count('work');
await context.get(MonitorService).metrics();
console.log('done');
if (process.argv[2] === 'close') await context.close();
