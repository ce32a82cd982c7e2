// Prints what the monitor reads under the permission model of Node, and whether that is enabled.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MonitorModule, MonitorService } from 'nestjs-monitor';

class Root {}
Module({ imports: [MonitorModule.forRoot({ publisher: () => {} })] })(Root);

const context = await NestFactory.createApplicationContext(Root, { logger: false });
const { process: section, gauges, instance } = await context.get(MonitorService).metrics();
console.log(JSON.stringify({ section, gauges, instance, permission: process.permission !== undefined }));
await context.close();
